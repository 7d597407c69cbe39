// Waiting for a round and proving it.
#include "node/node/aggregator.h"

#include <utility>

#include "node/base/assert.h"
#include "node/chain/metered.h"
#include "node/node/end_notice.h"

namespace lockstep::node {

Aggregator::Aggregator(const runtime::Runtime& runtime, const crypto::AggregateProver& prover,
                       HandBack hand_back)
    : runtime_(runtime),
      prover_(prover),
      hand_back_(std::move(hand_back)),
      rounds_(runtime.sync, "rounds to prove", 1),
      wake_(runtime.sync, "aggregator"),
      stopping_(runtime.sync, "aggregator stops"),
      ended_(runtime.sync, "aggregator has ended") {}

void Aggregator::prove(spec::AggregationRound round) {
  const locking::Queued queued = rounds_.push(round);
  LOCKSTEP_ASSERT_MSG(queued != locking::Queued::kFull, "one round is proven at a time");
  if (thread_ == nullptr && queued == locking::Queued::kQueued) {
    thread_ = runtime_.scheduler.spawn("aggregator", [this] { run(); });
  }
  wake_.notify();
}

void Aggregator::close() {
  rounds_.close();
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
}

void Aggregator::join() {
  if (thread_ != nullptr) {
    thread_->join();
    thread_.reset();
  }
}

void Aggregator::run() {
  const EndNotice notice([this] { ended_.store(true, std::memory_order_release); });
  while (!stopping_.load(std::memory_order_acquire)) {
    std::optional<spec::AggregationRound> round = rounds_.pop();
    if (!round) {
      wake_.wait();
      continue;
    }
    std::vector<spec::SignedAggregatedAttestation> made =
        chain::metered(runtime_.meter, runtime::Work::kAggregateProof, spec::inputs_of(*round),
                       [&] { return spec::prove_all(*round, prover_); });
    hand_back_({std::move(*round), std::move(made)});
  }
}

}  // namespace lockstep::node
