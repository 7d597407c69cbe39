// Hands a node's transport calls to the network.
#include "sim/world/sim_transport.h"

#include <utility>

#include "sim/core/order.h"

namespace lockstep::sim {

SimTransport::SimTransport(Network& network, NodeIndex node, const LocalTime& time)
    : network_(network), node_(node), time_(time) {
  network_.attach(node_);
}

SimTransport::~SimTransport() {
  network_.detach(node_);
}

runtime::SendOutcome SimTransport::send(runtime::PeerId peer, runtime::Frame frame) {
  order::release(frame.get());
  return network_.send(node_, peer, std::move(frame));
}

void SimTransport::disconnect(runtime::PeerId peer) {
  network_.disconnect(node_, peer);
}

std::optional<runtime::TransportEvent> SimTransport::receive(base::Instant deadline) {
  std::optional<runtime::TransportEvent> event = network_.receive(node_, time_.to_engine_time(deadline));
  if (const auto* received = event ? std::get_if<runtime::FrameReceived>(&*event) : nullptr) {
    order::acquire(received->frame.get());
  }
  return event;
}

void SimTransport::interrupt() {
  network_.interrupt(node_);
}

}  // namespace lockstep::sim
