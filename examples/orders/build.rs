fn main() -> Result<(), sekisho_build::Error> {
    sekisho_build::configure().compile(&["proto/orders/v1/orders.proto"], &["proto"])
}
