// What is measured of a running node.
#pragma once

#include "node/metrics/exposition.h"
#include "node/metrics/node_metrics.h"
#include "node/metrics/registry.h"
#include "node/metrics/work_times.h"
#include "node/node/node.h"
#include "node/real/tcp_transport.h"

namespace lockstep::real {

/// Meter and listener of one node, and the text that shows what they saw.
struct Instruments {
  /// `clock` and `next`, the listener that everything is passed on to, outlive this.
  Instruments(const runtime::Clock& clock, const metrics::NodeFacts& facts, chain::Events& next)
      : meter(registry, clock), events(registry, clock, facts, next), exposition(registry, facts) {}

  /// Shows what the node keeps itself. `node` outlives whoever scrapes.
  void show(node::Node& node) {
    node.visit_locks(
        [this](const char* name, const locking::LockTimes& times) { exposition.add_lock(name, times); });
    exposition.watch(metrics::Metric::kConnectedPeers,
                     [&peers = node.peers()] { return static_cast<std::int64_t>(peers.count()); });
    exposition.watch(metrics::Metric::kIsAggregator,
                     [&role = node.aggregator_role()] { return role.load() ? 1 : 0; });
  }

  /// Shows what the transport counts. It outlives whoever scrapes.
  void show(const TcpTransport& transport) {
    using enum metrics::ConnectionEvent;
    const auto watch = [this, &transport](metrics::ConnectionEvent event,
                                          std::uint64_t TcpFigures::* figure) {
      exposition.watch({metrics::Metric::kConnectionEvents, event}, [&transport, figure] {
        return static_cast<std::int64_t>(transport.figures().*figure);
      });
    };
    watch(kEstablished, &TcpFigures::established);
    watch(kRefused, &TcpFigures::connections_refused);
    watch(kDuplicateRefused, &TcpFigures::duplicates_refused);
    watch(kHandshakeFailed, &TcpFigures::handshakes_failed);
    watch(kOversizeFrame, &TcpFigures::oversize_frames);
    watch(kTimedOut, &TcpFigures::timed_out);
  }

  metrics::Registry registry;
  metrics::WorkTimes meter;
  metrics::NodeMetrics events;
  metrics::Exposition exposition;
};

}  // namespace lockstep::real
