// Compares every finalized checkpoint with the highest one that anybody ever had.
//
// All checkpoints seen lie on one chain as long as each is an ancestor or a descendant of the highest: two
// ancestors of one block are comparable.
#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

class FinalizedChainNeverForks final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "finalized_chain_never_forks"; }

  void finalized_changed(cluster::Hearing& hearing, const chain::CheckpointChanged& event) override {
    const spec::Checkpoint& finalized = event.new_checkpoint;
    if (!highest_) {
      highest_ = {finalized, who(hearing)};
      return;
    }
    const bool rises = finalized.slot > highest_->checkpoint.slot;
    const spec::Checkpoint& earlier = rises ? highest_->checkpoint : finalized;
    const spec::Checkpoint& later = rises ? finalized : highest_->checkpoint;
    if (!hearing.blocks.descends(later.root, earlier).value_or(false)) {
      hearing.complain(*this, who(hearing) + " finalized " + brief(finalized) +
                                  ", which is not on one chain with " + brief(highest_->checkpoint) +
                                  ", finalized before by " + highest_->by);
      return;
    }
    if (rises) {
      highest_ = {finalized, who(hearing)};
    }
  }

 private:
  struct Finalized {
    spec::Checkpoint checkpoint;
    std::string by;
  };
  std::optional<Finalized> highest_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> finalized_chain_never_forks() {
  return std::make_unique<FinalizedChainNeverForks>();
}

}  // namespace lockstep::checkers
