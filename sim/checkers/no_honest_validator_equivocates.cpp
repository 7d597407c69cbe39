// Remembers what every validator signed for its last slots, once for blocks and once for votes.
#include <map>

#include "sim/checkers/checkers.h"
#include "sim/checkers/sentences.h"

namespace lockstep::checkers {
namespace {

/// What was signed for each slot, for one duty of one validator.
template <typename Signed>
class Signatures {
 public:
  enum class Verdict { kFine, kTwice, kTooOldToTell };

  Verdict sign(spec::Slot slot, const Signed& what) {
    const auto [entry, is_first] = signed_.try_emplace(slot, what);
    if (!is_first) {
      return entry->second == what ? Verdict::kFine : Verdict::kTwice;
    }
    if (signed_.size() > kSignedSlotsRemembered) {
      const bool is_oldest = entry == signed_.begin();
      signed_.erase(signed_.begin());
      return is_oldest ? Verdict::kTooOldToTell : Verdict::kFine;
    }
    return Verdict::kFine;
  }

 private:
  std::map<spec::Slot, Signed> signed_;
};

class NoHonestValidatorEquivocates final : public cluster::Invariant {
 public:
  [[nodiscard]] std::string_view name() const override { return "no_honest_validator_equivocates"; }

  void block_proposed(cluster::Hearing& hearing, const chain::BlockProposed& event) override {
    const spec::Block& block = event.block;
    judge(hearing, blocks_[block.proposer_index].sign(block.slot, event.root), block.proposer_index,
          block.slot, "block");
  }

  void attested(cluster::Hearing& hearing, const chain::Attested& event) override {
    judge(hearing, votes_[event.validator].sign(event.data.slot, event.data), event.validator,
          event.data.slot, "vote");
  }

 private:
  template <typename Verdict>
  void judge(cluster::Hearing& hearing, Verdict verdict, spec::ValidatorIndex validator, spec::Slot slot,
             const std::string& what) {
    if (verdict == Verdict::kFine) {
      return;
    }
    const std::string whose =
        "validator " + std::to_string(validator.value) + " on " + who(hearing) + " signed a ";
    hearing.complain(*this,
                     verdict == Verdict::kTwice
                         ? whose + "second, different " + what + " for slot " + std::to_string(slot.value)
                         : whose + what + " for slot " + std::to_string(slot.value) + ", more than " +
                               std::to_string(kSignedSlotsRemembered) + " signed slots back");
  }

  std::map<spec::ValidatorIndex, Signatures<spec::Root>> blocks_;
  std::map<spec::ValidatorIndex, Signatures<spec::AttestationData>> votes_;
};

}  // namespace

std::unique_ptr<cluster::Invariant> no_honest_validator_equivocates() {
  return std::make_unique<NoHonestValidatorEquivocates>();
}

}  // namespace lockstep::checkers
