// The any-thread face of the TCP switchboard.
#include "node/real/tcp_transport.h"

#include <utility>

#include "node/real/tcp_switchboard.h"

namespace lockstep::real {

base::Result<std::unique_ptr<TcpTransport>, std::string> TcpTransport::open(const TcpOptions& options) {
  if (options.network.size() > kNetworkNameBytesMax) {
    return "network name is longer than " + std::to_string(kNetworkNameBytesMax) + " bytes";
  }
  auto switchboard = std::make_unique<TcpSwitchboard>(options);
  if (auto failure = switchboard->start()) {
    return *std::move(failure);
  }
  return std::unique_ptr<TcpTransport>(new TcpTransport(std::move(switchboard)));
}

TcpTransport::TcpTransport(std::unique_ptr<TcpSwitchboard> switchboard)
    : switchboard_(std::move(switchboard)) {}

TcpTransport::~TcpTransport() = default;

runtime::SendOutcome TcpTransport::send(runtime::PeerId peer, runtime::Frame frame) {
  if (frame->size() > runtime::kFrameBytesMax) {
    return runtime::SendOutcome::kTooLong;
  }
  const auto connection = switchboard_->find(peer);
  return connection == nullptr ? runtime::SendOutcome::kClosed : connection->offer(std::move(frame));
}

void TcpTransport::disconnect(runtime::PeerId peer) {
  if (auto connection = switchboard_->find(peer)) {
    connection->refuse_offers();
    switchboard_->close_later(std::move(connection));
  }
}

std::optional<runtime::TransportEvent> TcpTransport::receive(base::Instant deadline) {
  return switchboard_->inbox().take(deadline);
}

void TcpTransport::interrupt() {
  switchboard_->inbox().interrupt();
}

std::uint16_t TcpTransport::listen_port() const {
  return switchboard_->listen_port();
}

TcpFigures TcpTransport::figures() const {
  return switchboard_->figures();
}

}  // namespace lockstep::real
