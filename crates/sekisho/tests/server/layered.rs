//! The same with a layer, so that a call goes through axum's router.

use sekisho::Services;
use tower::layer::util::Identity;

pub fn way(services: Services) -> Services {
    services.layer(Identity::new())
}

#[path = "claims.rs"]
mod claims;
#[path = "forms.rs"]
mod forms;
#[path = "health.rs"]
mod health;
#[path = "layers.rs"]
mod layers;
#[path = "observers.rs"]
mod observers;
#[path = "options.rs"]
mod options;
#[path = "refused_at_start.rs"]
mod refused_at_start;
#[path = "reported.rs"]
mod reported;
#[path = "service.rs"]
mod service;
#[path = "several_sets.rs"]
mod several_sets;
#[path = "streams.rs"]
mod streams;
#[path = "support.rs"]
mod support;
#[path = "unchanged.rs"]
mod unchanged;
