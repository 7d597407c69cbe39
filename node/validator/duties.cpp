// Proposing and voting.
#include "node/validator/duties.h"

#include <memory>
#include <utility>

#include "node/base/assert.h"
#include "node/chain/metered.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"
#include "node/validator/block_proof.h"

namespace lockstep::validator {

Duties::Duties(std::vector<OwnValidator> validators, std::optional<spec::Slot> started_in,
               chain::Chain& chain, Publisher& publisher, runtime::Meter& meter,
               const crypto::AggregateProver& prover, chain::Events& events)
    : started_in_(started_in),
      chain_(chain),
      publisher_(publisher),
      meter_(meter),
      prover_(prover),
      events_(events),
      clock_(chain.store().config().genesis_time) {
  for (OwnValidator& own : validators) {
    LOCKSTEP_ASSERT_MSG(signers_.empty() || signers_.back().own.index < own.index,
                        "own validators ascend by index, none twice");
    signers_.push_back({.own = std::move(own), .last_vote = {}, .last_block = {}});
  }
}

void Duties::on_interval(spec::Interval interval, bool is_current) {
  if (signers_.empty()) {
    return;
  }
  const spec::Slot slot = spec::slot_of(interval);
  const std::uint64_t part = spec::interval_in_slot(interval);
  if (unvoted_ && *unvoted_ < slot) {
    skip_votes(*unvoted_, chain::DutySkip::kMissed);
    unvoted_.reset();
    waiting_ = false;
  }
  if (part == 0) {
    unvoted_ = slot;
    if (is_current) {
      propose(slot);
    } else if (const auto proposer =
                   spec::proposer_index(slot, chain_.store().head_state().validators->size())) {
      for (const Signer& signer : signers_) {
        if (signer.own.index == *proposer) {
          skip(chain::Duty::kPropose, slot, signer, chain::DutySkip::kMissed);
        }
      }
    }
  } else if (unvoted_ == slot) {
    waiting_ = true;
    if (is_current) {
      poll(clock_.start_of(interval));
    }
  }
}

std::optional<base::WallTime> Duties::deadline() const {
  if (!unvoted_ || !waiting_) {
    return std::nullopt;
  }
  const base::WallTime begin = clock_.start_of(spec::interval_from_slot(*unvoted_) + 1);
  return base::WallTime{begin.nanoseconds + kAttestationDelayMax.count()};
}

void Duties::poll(base::WallTime now) {
  if (!unvoted_ || !waiting_) {
    return;
  }
  if (chain_.newest_block_slot() >= *unvoted_ || now >= *deadline()) {
    const spec::Slot slot = *unvoted_;
    unvoted_.reset();
    waiting_ = false;
    attest(slot);
  }
}

bool Duties::may_sign(spec::Slot slot) const {
  return !started_in_ || slot > *started_in_;
}

bool Duties::is_gate_open(spec::Slot slot) {
  return gate_.is_open(slot, chain_.head().slot, chain_.newest_block_slot());
}

void Duties::propose(spec::Slot slot) {
  const spec::Verdict<spec::ValidatorIndex> proposer =
      spec::proposer_index(slot, chain_.store().head_state().validators->size());
  for (Signer& signer : signers_) {
    if (proposer && signer.own.index == *proposer) {
      propose(slot, signer);
    }
  }
}

void Duties::propose(spec::Slot slot, Signer& signer) {
  std::optional<chain::DutySkip> skipped;
  if (!may_sign(slot)) {
    skipped = chain::DutySkip::kStarting;
  } else if (signer.last_block && *signer.last_block >= slot) {
    skipped = chain::DutySkip::kAlreadySigned;
  } else if (!is_gate_open(slot)) {
    skipped = chain::DutySkip::kNotSynced;
  } else {
    skipped = make_block(slot, signer);
  }
  if (skipped) {
    skip(chain::Duty::kPropose, slot, signer, *skipped);
  }
}

std::optional<chain::DutySkip> Duties::make_block(spec::Slot slot, Signer& signer) {
  spec::Verdict<spec::BuiltBlock> built = chain_.build_block(slot, signer.own.index);
  if (!built) {
    return chain::DutySkip::kRefused;
  }
  const spec::Root root = spec::hash_tree_root(built->block);
  signer.last_block = slot;
  const auto signature = sign(*signer.own.proposal_key, slot, root);
  if (!signature) {
    return signature.error() == crypto::SigningError::kSlotAlreadyUsed ? chain::DutySkip::kAlreadySigned
                                                                       : chain::DutySkip::kSigningFailed;
  }
  const auto proof = chain::metered(meter_, runtime::Work::kMergeProofs, built->proofs.size() + 1, [&] {
    return prove_block(*built, root, *signature, *built->post_state.validators, prover_);
  });
  if (!proof) {
    return chain::DutySkip::kProvingFailed;
  }
  auto block = std::make_shared<const spec::SignedBlock>(
      spec::SignedBlock{.block = std::move(built->block), .proof = {.proof = {.data = *proof}}});
  chain_.add_own_block(block, root, std::move(built->post_state));
  // Reported first: others may have the block before the next line is reached.
  events_.block_proposed({.root = root, .block = block->block});
  publisher_.publish_block(std::move(block));
  return std::nullopt;
}

void Duties::attest(spec::Slot slot) {
  if (!may_sign(slot)) {
    skip_votes(slot, chain::DutySkip::kStarting);
    return;
  }
  if (!is_gate_open(slot)) {
    skip_votes(slot, chain::DutySkip::kNotSynced);
    return;
  }
  const spec::Verdict<spec::AttestationData> data = chain_.produce_attestation_data(slot);
  if (!data) {
    skip_votes(slot, chain::DutySkip::kRefused);
    return;
  }
  const spec::Root data_root = chain_.data_root(*data);
  for (Signer& signer : signers_) {
    if (const std::optional<chain::DutySkip> skipped = vote(signer, *data, data_root)) {
      skip(chain::Duty::kAttest, slot, signer, *skipped);
    }
  }
}

std::optional<chain::DutySkip> Duties::vote(Signer& signer, const spec::AttestationData& data,
                                            const spec::Root& data_root) {
  if (signer.last_vote && *signer.last_vote >= data.slot) {
    return chain::DutySkip::kAlreadySigned;
  }
  signer.last_vote = data.slot;
  auto signature = sign(*signer.own.attestation_key, data.slot, data_root);
  if (!signature) {
    return signature.error() == crypto::SigningError::kSlotAlreadyUsed ? chain::DutySkip::kAlreadySigned
                                                                       : chain::DutySkip::kSigningFailed;
  }
  spec::SignedAttestation signed_vote{
      .validator_index = signer.own.index, .data = data, .signature = {.data = std::move(*signature)}};
  events_.attested({.validator = signer.own.index, .data = data});
  publisher_.publish_attestation(signed_vote);
  chain_.on_gossip_attestation(std::move(signed_vote), chain::Origin::kOwn);
  return std::nullopt;
}

base::Result<base::Bytes, crypto::SigningError> Duties::sign(crypto::SigningKey& key, spec::Slot slot,
                                                             const spec::Root& message) {
  return chain::metered(meter_, runtime::Work::kSignMessage, 1,
                        [&]() -> base::Result<base::Bytes, crypto::SigningError> {
                          if (!key.prepare(slot.value)) {
                            return crypto::SigningError::kSlotOutsideLifetime;
                          }
                          return key.sign(slot.value, message);
                        });
}

void Duties::skip_votes(spec::Slot slot, chain::DutySkip reason) {
  for (const Signer& signer : signers_) {
    skip(chain::Duty::kAttest, slot, signer, reason);
  }
}

void Duties::skip(chain::Duty duty, spec::Slot slot, const Signer& signer, chain::DutySkip reason) {
  events_.duty_skipped({.duty = duty, .slot = slot, .validator = signer.own.index, .reason = reason});
}

}  // namespace lockstep::validator
