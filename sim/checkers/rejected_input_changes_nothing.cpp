// Keeps the store's digest from before each input and compares it when the input was rejected.
#include "node/spec/rejection.h"
#include "sim/checkers/by_node.h"
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

class RejectedInputChangesNothing final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "rejected_input_changes_nothing"; }

  void node_started(cluster::Hearing& hearing) override { before_[hearing.node] = hearing.store_digest; }

  void input_began(cluster::Hearing& hearing) override { before_[hearing.node] = hearing.store_digest; }

  void block_handled(cluster::Hearing& hearing, const chain::BlockHandled& event) override {
    judge(hearing, event.outcome == chain::BlockOutcome::kRejected, event.reason, "block");
  }

  void vote_handled(cluster::Hearing& hearing, const chain::VoteHandled& event) override {
    judge(hearing, event.outcome == chain::VoteOutcome::kRejected, event.reason, "vote");
  }

  void aggregate_handled(cluster::Hearing& hearing, const chain::AggregateHandled& event) override {
    judge(hearing, event.outcome == chain::VoteOutcome::kRejected, event.reason, "aggregate");
  }

 private:
  void judge(cluster::Hearing& hearing, bool was_rejected, spec::RejectionReason reason, const char* what) {
    if (!was_rejected) {
      return;
    }
    if (before_[hearing.node] != hearing.store_digest) {
      hearing.complain(*this, who(hearing) + " rejected a " + what + " as " + std::string(to_string(reason)) +
                                  " and yet its store is not what it was before");
    }
  }

  /// The node's digest from before its latest input.
  ByNode<std::uint64_t> before_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> rejected_input_changes_nothing() {
  return std::make_unique<RejectedInputChangesNothing>();
}

}  // namespace lockstep::checkers
