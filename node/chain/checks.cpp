// Asking the scheme or the prover.
#include "node/chain/checks.h"

#include "node/chain/metered.h"

namespace lockstep::chain {

void Decider::decide(Check& check) const {
  if (const auto* vote = std::get_if<spec::SignatureClaim>(&check.claim)) {
    check.holds = metered(meter_, runtime::Work::kVerifySignature, 1, [&] {
      return scheme_.verify(vote->key, vote->slot.value, vote->message, check.evidence);
    });
  } else {
    const auto& aggregate = std::get<spec::AggregateClaim>(check.claim);
    check.holds = metered(meter_, runtime::Work::kVerifyProof, 1,
                          [&] { return prover_.verify(aggregate.binding(), check.evidence); });
  }
  check.is_decided = true;
}

void Decider::decide_all(std::span<Check> checks) const {
  for (Check& check : checks) {
    if (!check.is_decided) {
      decide(check);
    }
  }
}

}  // namespace lockstep::chain
