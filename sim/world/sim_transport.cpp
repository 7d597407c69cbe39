// Hands a node's transport calls to the network.
#include "sim/world/sim_transport.h"

#include <utility>

namespace lockstep::sim {

SimTransport::SimTransport(Network& network, NodeIndex node, const LocalTime& time)
    : network_(network), node_(node), time_(time) {
  network_.attach(node_);
}

SimTransport::~SimTransport() {
  network_.detach(node_);
}

runtime::SendOutcome SimTransport::send(runtime::PeerId peer, runtime::Frame frame) {
  return network_.send(node_, peer, std::move(frame));
}

void SimTransport::disconnect(runtime::PeerId peer) {
  network_.disconnect(node_, peer);
}

std::optional<runtime::TransportEvent> SimTransport::receive(base::Instant deadline) {
  return network_.receive(node_, time_.to_engine_time(deadline));
}

void SimTransport::interrupt() {
  network_.interrupt(node_);
}

}  // namespace lockstep::sim
