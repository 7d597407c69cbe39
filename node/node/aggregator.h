// The thread that proves aggregates, while the chain goes on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "node/crypto/aggregate.h"
#include "node/locking/mpsc_queue.h"
#include "node/locking/wake_up.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"
#include "node/spec/aggregation.h"

namespace lockstep::node {

/// A round of aggregation and what was proven of it.
struct ProvenRound {
  spec::AggregationRound round;
  std::vector<spec::SignedAggregatedAttestation> made;
};

/// Proves one round at a time on a thread of its own, which starts with the first one. Whoever hands rounds
/// in owns them in between: it gives the next one only when the last has come back.
class Aggregator {
 public:
  using HandBack = std::function<void(ProvenRound)>;

  /// Everything referred to outlives it. `hand_back` is called on the aggregator's thread.
  Aggregator(const runtime::Runtime& runtime, const crypto::AggregateProver& prover, HandBack hand_back);

  /// Takes a round to be proven, soon. Requires: the last one came back (asserted).
  void prove(spec::AggregationRound round);
  /// Asks the thread to end when it has proven what it is at, which is then dropped. Any thread.
  void close();
  /// Waits until the thread has ended. Requires: close() was called and prove() is called no more.
  void join();
  /// Whether the thread has ended. Any thread.
  [[nodiscard]] bool has_ended() const { return ended_.load(std::memory_order_acquire); }

 private:
  void run();

  runtime::Runtime runtime_;
  const crypto::AggregateProver& prover_;
  HandBack hand_back_;
  locking::MpscQueue<spec::AggregationRound> rounds_;
  locking::WakeUp wake_;
  runtime::Atomic<bool> stopping_;
  runtime::Atomic<bool> ended_;
  std::unique_ptr<runtime::Thread> thread_;
};

}  // namespace lockstep::node
