// The seams of what is fuzzed: a clock that is moved by hand, random numbers that are always the same, and a
// transport that takes or refuses.
#pragma once

#include <algorithm>
#include <set>

#include "harness.h"
#include "node/runtime/clock.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"

namespace lockstep::fuzz {

class ManualClock final : public runtime::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return time; }
  [[nodiscard]] base::WallTime wall() const override { return {}; }
  base::Instant time{};
};

/// Weyl's sequence by the golden ratio.
class CountingRandom final : public runtime::Random {
 public:
  [[nodiscard]] std::uint64_t next() override { return last_ += 0x9E3779B97F4A7C15; }
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{7}); }

 private:
  std::uint64_t last_ = 0;
};

/// Takes what is sent, or refuses it; who was sent away is gone.
class Pipe final : public runtime::Transport {
 public:
  runtime::SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override {
    check(!frame->empty() && frame->size() <= runtime::kFrameBytesMax, "a frame that is sent has a length");
    if (sent_away.contains(peer)) {
      ++sent_into_the_void;
      return runtime::SendOutcome::kClosed;
    }
    return outcome;
  }
  void disconnect(runtime::PeerId peer) override {
    check(sent_away.insert(peer).second, "a peer is sent away once");
  }
  [[nodiscard]] std::optional<runtime::TransportEvent> receive(base::Instant) override {
    return std::nullopt;
  }
  void interrupt() override {}

  runtime::SendOutcome outcome = runtime::SendOutcome::kQueued;
  /// Whoever tells the node that a peer has gone takes it out.
  std::set<runtime::PeerId> sent_away;
  std::size_t sent_into_the_void = 0;
};

}  // namespace lockstep::fuzz
