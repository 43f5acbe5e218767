//! One node of an MQTT cluster: RMQTT's broker with the plugins that a configuration names.
//!
//!     cluster-node FILE
//!
//! FILE (TOML) is a `NodeFile`. The settings of a plugin are in its table of `plugins`. Clients are served once the node belongs to the cluster.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{bail, Context};
use log::{LevelFilter, Log, Metadata, Record};
use rmqtt::args::CommandArgs;
use rmqtt::context::ServerContext;
use rmqtt::net::{Builder, Listener};
use rmqtt::node::Node;
use rmqtt::server::MqttServer;
use rmqtt::Result;
use serde::Deserialize;

/// The configuration of a node.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    id: u64,
    /// What to log: `warn`, for example.
    log: String,
    rpc: Rpc,
    /// Listeners by name.
    listeners: BTreeMap<String, Endpoint>,
    /// The plugins to start, in the order of their names' registration below, each with its settings.
    plugins: BTreeMap<String, toml::Table>,
}

/// Where the nodes of the cluster reach this one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rpc {
    address: SocketAddr,
    /// Without it, a node that is started again within a minute can't have its port back.
    reuseaddr: bool,
}

/// A listener for clients, with TLS if it has a certificate.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    address: SocketAddr,
    max_packet_size: u32,
    max_inflight: std::num::NonZeroU16,
    max_mqueue_len: usize,
    session_expiry_s: u64,
    /// Messages that wait for a client longer than this are discarded.
    message_expiry_s: u64,
    cert: Option<String>,
    key: Option<String>,
}

impl Endpoint {
    fn listen(&self, name: &str) -> Result<Listener> {
        let bound = Builder::new()
            .name(name)
            .laddr(self.address)
            .reuseaddr(Some(true))
            .nodelay(true)
            .allow_anonymous(false)
            .max_packet_size(self.max_packet_size)
            .max_inflight(self.max_inflight)
            .max_mqueue_len(self.max_mqueue_len)
            .max_session_expiry_interval(Duration::from_secs(self.session_expiry_s))
            .message_expiry_interval(Duration::from_secs(self.message_expiry_s))
            .tls_cert(self.cert.clone())
            .tls_key(self.key.clone())
            .bind()
            .with_context(|| format!("listener '{name}': can't listen on {}", self.address))?;
        if self.cert.is_some() {
            bound.tls()
        } else {
            bound.tcp()
        }
    }
}

/// Writes what the crates log to standard error: from a level on, and always when this node becomes the leader.
struct StandardError(LevelFilter);

impl Log for StandardError {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        let text = record.args().to_string();
        if record.level() <= self.0 || text.starts_with("became leader") {
            eprintln!("{} {}: {text}", record.level(), record.target());
        }
    }

    fn flush(&self) {}
}

/// Register and start a plugin if the configuration has its table.
macro_rules! start_plugins {
    ($context:expr, $wanted:expr, $($plugin:ident),+) => {{
        $(
            let name = stringify!($plugin).replace('_', "-");
            if $wanted.remove(&name).is_some() {
                $plugin::register(&$context, true, true).await.with_context(|| format!("plugin '{name}'"))?;
            }
        )+
    }};
}

async fn start(file: NodeFile) -> Result<()> {
    let mut wanted = file.plugins;
    let mut builder = ServerContext::new()
        .args(CommandArgs { node_id: Some(file.id), ..CommandArgs::default() })
        .node(Node::new(file.id, 80.0, 90.0, Duration::from_secs(2)))
        // On a machine that is busy with other things, a node would refuse clients.
        .busy_check_enable(false);
    for (name, settings) in &wanted {
        builder = builder.plugins_config_map_add(name.as_str(), settings.to_string());
    }
    let context = builder.build().await;
    context.node.start_grpc_server(context.clone(), file.rpc.address, file.rpc.reuseaddr, false);
    start_plugins!(
        context,
        wanted,
        rmqtt_acl,
        rmqtt_retainer,
        rmqtt_shared_subscription,
        rmqtt_cluster_raft,
        rmqtt_cluster_broadcast,
        rmqtt_message_storage,
        rmqtt_session_storage
    );
    if let Some(unknown) = wanted.keys().next() {
        bail!("there is no plugin '{unknown}'");
    }
    let mut server = MqttServer::new(context);
    for (name, endpoint) in &file.listeners {
        server = server.listener(endpoint.listen(name)?);
    }
    server.build().run().await
}

fn read(path: &str) -> Result<NodeFile> {
    let text = std::fs::read_to_string(path)?;
    Ok(toml::from_str(&text)?)
}

#[tokio::main]
async fn main() -> Result<()> {
    let Some(path) = std::env::args().nth(1) else { bail!("usage: cluster-node FILE") };
    let file = read(&path).with_context(|| path)?;
    let level = file.log.parse::<LevelFilter>()?;
    log::set_boxed_logger(Box::new(StandardError(level)))?;
    log::set_max_level(level.max(LevelFilter::Info));
    start(file).await
}
