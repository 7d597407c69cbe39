// Stand-ins for the seams, driven by hand.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "node/base/assert.h"
#include "node/locking/tiered_lock.h"
#include "node/runtime/clock.h"
#include "node/runtime/meter.h"
#include "node/runtime/random.h"
#include "node/runtime/scheduler.h"
#include "node/runtime/transport.h"

namespace lockstep::test {

/// Time stands still until it is moved.
class ManualClock final : public runtime::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return now_; }
  [[nodiscard]] base::WallTime wall() const override { return wall_; }

  void set_wall(base::WallTime wall) { wall_ = wall; }
  void advance(base::Duration by) {
    now_ += by;
    wall_.nanoseconds += by.count();
  }

 private:
  base::Instant now_{};
  base::WallTime wall_{};
};

/// The one thread of a test: starts no others.
class LoneScheduler final : public runtime::Scheduler {
 public:
  [[nodiscard]] std::unique_ptr<runtime::Thread> spawn(std::string, std::function<void()>) override {
    LOCKSTEP_ASSERT_MSG(false, "a test of one thread starts no others");
    return nullptr;
  }
  void sleep_until(base::Instant) override {}
  void yield() override {}
  [[nodiscard]] runtime::HeldLocks& held_locks() override { return held_; }

 private:
  runtime::HeldLocks held_;
};

/// What locks are made of where there is one thread only.
struct LoneThread {
  LoneScheduler scheduler;
  ManualClock clock;

  [[nodiscard]] locking::LockSeams seams() {
    return {.sync = nullptr, .scheduler = scheduler, .clock = clock};
  }
};

/// Counts the pieces of work.
class CountingMeter final : public runtime::Meter {
 public:
  [[nodiscard]] std::uint64_t begin(runtime::Work work) override { return static_cast<std::uint64_t>(work); }
  void end(runtime::Work work, std::uint64_t token, std::uint64_t units) override {
    LOCKSTEP_ASSERT(token == static_cast<std::uint64_t>(work));
    count[work] += 1;
    total_units[work] += units;
  }
  std::map<runtime::Work, std::uint64_t> count;
  std::map<runtime::Work, std::uint64_t> total_units;
};

/// A SplitMix64 stream.
class SeededRandom final : public runtime::Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : state_(seed) {}
  [[nodiscard]] std::uint64_t next() override {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      byte = static_cast<std::uint8_t>(next());
    }
  }

 private:
  std::uint64_t state_;
};

/// Notes what is sent; hands out nothing.
class RecordingTransport final : public runtime::Transport {
 public:
  runtime::SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override {
    if (outcome == runtime::SendOutcome::kQueued) {
      sent.emplace_back(peer, std::move(frame));
    }
    return outcome;
  }
  void disconnect(runtime::PeerId peer) override { disconnected.push_back(peer); }
  [[nodiscard]] std::optional<runtime::TransportEvent> receive(base::Instant) override {
    return std::nullopt;
  }
  void interrupt() override {}

  runtime::SendOutcome outcome = runtime::SendOutcome::kQueued;
  std::vector<std::pair<runtime::PeerId, runtime::Frame>> sent;
  std::vector<runtime::PeerId> disconnected;
};

}  // namespace lockstep::test
