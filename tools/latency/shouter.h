// A peer that pours votes upon a node.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "node/base/time.h"
#include "node/real/system_clock.h"
#include "node/real/tcp_transport.h"

namespace lockstep::latency {

/// Sends frames evenly, on a thread of its own, and hears whatever comes.
class Shouter {
 public:
  /// From `begin` on, to whoever answers at `address`. `frames` outlive it.
  Shouter(const std::string& network, const std::string& address, const std::vector<runtime::Frame>& frames,
          base::Instant begin, base::Duration apart)
      : tcp_(*real::TcpTransport::open({.network = network, .listen = {}, .dial = {address}})),
        thread_([this, &frames, begin, apart] { shout(frames, begin, apart); }) {}
  /// Waits until all is sent.
  ~Shouter() { thread_.join(); }
  Shouter(const Shouter&) = delete;
  Shouter& operator=(const Shouter&) = delete;

  std::atomic<std::uint64_t> sent = 0;

 private:
  void shout(const std::vector<runtime::Frame>& frames, base::Instant begin, base::Duration apart) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const base::Instant due = begin + apart * static_cast<std::int64_t>(i);
      while (clock_.now() < due) {
        if (const auto event = tcp_->receive(due)) {
          if (const auto* connected = std::get_if<runtime::PeerConnected>(&*event)) {
            peer_ = connected->peer;
          }
        }
      }
      if (peer_ && tcp_->send(*peer_, frames[i]) == runtime::SendOutcome::kQueued) {
        ++sent;
      }
    }
  }

  real::SystemClock clock_;
  std::unique_ptr<real::TcpTransport> tcp_;
  std::optional<runtime::PeerId> peer_;
  std::thread thread_;
};

}  // namespace lockstep::latency
