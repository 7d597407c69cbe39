// A node's end of the simulated network.
#pragma once

#include "node/runtime/transport.h"
#include "sim/core/local_time.h"
#include "sim/world/network.h"

namespace lockstep::sim {

/// runtime::Transport of node number `node`: connected with its neighbours that have one as soon as it is
/// made. Destroying it is the node's crash or end as its neighbours see it: what is under way to it is lost,
/// and they are told after a link's latency. Another may then be made for the same node.
class SimTransport final : public runtime::Transport {
 public:
  /// Both must outlive the transport; `time` is the node's.
  SimTransport(Network& network, NodeIndex node, const LocalTime& time);
  ~SimTransport() override;
  SimTransport(const SimTransport&) = delete;
  SimTransport& operator=(const SimTransport&) = delete;

  runtime::SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override;
  void disconnect(runtime::PeerId peer) override;
  [[nodiscard]] std::optional<runtime::TransportEvent> receive(base::Instant deadline) override;
  void interrupt() override;

 private:
  Network& network_;
  NodeIndex node_;
  const LocalTime& time_;
};

}  // namespace lockstep::sim
