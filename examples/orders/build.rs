fn main() -> Result<(), sekisho::build::Error> {
    sekisho::build::configure().compile(&["proto/orders/v1/orders.proto"], &["proto"])
}
