// How votes and aggregates of votes come in, and how those that name unknown blocks are tried again.
#include <algorithm>
#include <limits>
#include <utility>

#include "node/chain/chain.h"
#include "node/chain/metered.h"
#include "node/spec/slot.h"

namespace lockstep::chain {
namespace {

/// What may be right later: leanSpec keeps votes that name blocks which may still come; a vote whose slot
/// begins soon is right then. (A state cannot be missing by itself: the store keeps one for each block.)
bool is_retryable(spec::RejectionReason reason, spec::Slot slot, spec::Slot now) {
  return reason == spec::RejectionReason::UNKNOWN_SOURCE_BLOCK ||
         reason == spec::RejectionReason::UNKNOWN_TARGET_BLOCK ||
         reason == spec::RejectionReason::UNKNOWN_HEAD_BLOCK ||
         (reason == spec::RejectionReason::ATTESTATION_TOO_FAR_IN_FUTURE && slot <= now + kEarlySlotsMax);
}

spec::RejectionReason reason_of(const spec::Verdict<void>& verdict) {
  return verdict ? spec::RejectionReason{} : verdict.error();
}

}  // namespace

VoteOutcome Chain::on_gossip_attestation(spec::SignedAttestation vote, Origin origin) {
  ++attestation_counts_.entered;
  if (origin == Origin::kOwn) {
    events_.input_entered({.input = Input::kAttestation, .origin = origin});
  }
  const VoteOutcome outcome = settle(vote, origin, try_attestation(vote));
  if (outcome == VoteOutcome::kBuffered) {
    keep(std::move(vote));
  }
  return outcome;
}

VoteOutcome Chain::on_gossip_aggregated_attestation(spec::SignedAggregatedAttestation aggregate,
                                                    Origin origin) {
  ++aggregate_counts_.entered;
  const VoteOutcome outcome = settle(aggregate, origin, try_aggregate(aggregate));
  if (outcome == VoteOutcome::kBuffered) {
    keep(std::move(aggregate));
  }
  return outcome;
}

spec::Verdict<void> Chain::try_attestation(const spec::SignedAttestation& vote) {
  events_.input_began();
  const spec::Verdict<spec::SignatureClaim> claim = store_.check_attestation(vote, data_root(vote.data));
  if (!claim) {
    return claim.error();
  }
  const bool verified = metered(meter_, runtime::Work::kVerifySignature, 1, [&] {
    return scheme_.verify(claim->key, claim->slot.value, claim->message, vote.signature.data);
  });
  if (!verified) {
    return spec::RejectionReason::INVALID_SIGNATURE;
  }
  if (is_aggregator() && store_.validator_index()) {
    store_.record_attestation(vote);
  }
  return {};
}

spec::Verdict<void> Chain::try_aggregate(const spec::SignedAggregatedAttestation& aggregate) {
  events_.input_began();
  const spec::Verdict<spec::AggregateClaim> claim = store_.check_aggregated_attestation(aggregate);
  if (!claim) {
    return claim.error();
  }
  const bool verified = metered(meter_, runtime::Work::kVerifyProof, 1,
                                [&] { return prover_.verify(claim->binding(), aggregate.proof.proof.data); });
  if (!verified) {
    return spec::RejectionReason::INVALID_SIGNATURE;
  }
  store_.record_aggregated_attestation(aggregate);
  return {};
}

VoteOutcome Chain::settle(const spec::SignedAttestation& vote, Origin origin,
                          const spec::Verdict<void>& verdict) {
  const VoteOutcome outcome = decide(verdict, vote.data.slot, attestation_counts_);
  // One report when a kept vote is kept again would be noise: it has been reported as kept.
  if (outcome != VoteOutcome::kBuffered || origin != Origin::kBuffered) {
    events_.vote_handled({.validator = vote.validator_index,
                          .data = vote.data,
                          .origin = origin,
                          .outcome = outcome,
                          .reason = reason_of(verdict)});
  }
  return outcome;
}

VoteOutcome Chain::settle(const spec::SignedAggregatedAttestation& aggregate, Origin origin,
                          const spec::Verdict<void>& verdict) {
  const VoteOutcome outcome = decide(verdict, aggregate.data.slot, aggregate_counts_);
  if (outcome != VoteOutcome::kBuffered || origin != Origin::kBuffered) {
    events_.aggregate_handled({.data = aggregate.data,
                               .participants = aggregate.proof.participants.popcount(),
                               .origin = origin,
                               .outcome = outcome,
                               .reason = reason_of(verdict)});
  }
  return outcome;
}

VoteOutcome Chain::decide(const spec::Verdict<void>& verdict, spec::Slot slot, VoteCounts& counts) const {
  if (verdict) {
    ++counts.accepted;
    return VoteOutcome::kAccepted;
  }
  if (is_retryable(verdict.error(), slot, spec::slot_of(store_.time()))) {
    return VoteOutcome::kBuffered;
  }
  ++counts.rejected;
  return VoteOutcome::kRejected;
}

void Chain::keep_without_bound() {
  pending_max_ = std::numeric_limits<std::size_t>::max();
  published_.waiting().lift_bound();
}

void Chain::keep(spec::SignedAttestation vote) {
  if (pending_attestations_.size() >= pending_max_) {
    ++attestation_counts_.evicted;
    report_end(pending_attestations_.front(), VoteOutcome::kEvicted);
    pending_attestations_.pop_front();
    attestations_to_retry_ = attestations_to_retry_ > 0 ? attestations_to_retry_ - 1 : 0;
  }
  pending_attestations_.push_back(std::move(vote));
  report_level(Buffer::kPendingAttestations, pending_attestations_.size(), kPendingAttestationsMax);
}

void Chain::keep(spec::SignedAggregatedAttestation aggregate) {
  if (pending_aggregates_.size() >= pending_max_) {
    ++aggregate_counts_.evicted;
    report_end(pending_aggregates_.front(), VoteOutcome::kEvicted);
    pending_aggregates_.pop_front();
    aggregates_to_retry_ = aggregates_to_retry_ > 0 ? aggregates_to_retry_ - 1 : 0;
  }
  pending_aggregates_.push_back(std::move(aggregate));
  report_level(Buffer::kPendingAggregates, pending_aggregates_.size(), kPendingAttestationsMax);
}

void Chain::report_end(const spec::SignedAttestation& kept, VoteOutcome outcome) {
  events_.vote_handled({.validator = kept.validator_index,
                        .data = kept.data,
                        .origin = Origin::kBuffered,
                        .outcome = outcome,
                        .reason = {}});
}

void Chain::report_end(const spec::SignedAggregatedAttestation& kept, VoteOutcome outcome) {
  events_.aggregate_handled({.data = kept.data,
                             .participants = kept.proof.participants.popcount(),
                             .origin = Origin::kBuffered,
                             .outcome = outcome,
                             .reason = {}});
}

void Chain::drop_kept_votes() {
  attestation_counts_.shut_down += pending_attestations_.size();
  for (const spec::SignedAttestation& vote : std::exchange(pending_attestations_, {})) {
    report_end(vote, VoteOutcome::kShutDown);
  }
  aggregate_counts_.shut_down += pending_aggregates_.size();
  for (const spec::SignedAggregatedAttestation& aggregate : std::exchange(pending_aggregates_, {})) {
    report_end(aggregate, VoteOutcome::kShutDown);
  }
  attestations_to_retry_ = 0;
  aggregates_to_retry_ = 0;
  report_level(Buffer::kPendingAttestations, 0, kPendingAttestationsMax);
  report_level(Buffer::kPendingAggregates, 0, kPendingAttestationsMax);
}

void Chain::retry_everything_kept() {
  attestations_to_retry_ = pending_attestations_.size();
  aggregates_to_retry_ = pending_aggregates_.size();
}

void Chain::retry_kept_votes() {
  for (std::size_t i = 0; i < kRetriesPerStep && attestations_to_retry_ > 0; ++i, --attestations_to_retry_) {
    spec::SignedAttestation vote = std::move(pending_attestations_.front());
    pending_attestations_.pop_front();
    if (settle(vote, Origin::kBuffered, try_attestation(vote)) == VoteOutcome::kBuffered) {
      pending_attestations_.push_back(std::move(vote));
    }
  }
  for (std::size_t i = 0; i < kRetriesPerStep && aggregates_to_retry_ > 0; ++i, --aggregates_to_retry_) {
    spec::SignedAggregatedAttestation aggregate = std::move(pending_aggregates_.front());
    pending_aggregates_.pop_front();
    if (settle(aggregate, Origin::kBuffered, try_aggregate(aggregate)) == VoteOutcome::kBuffered) {
      pending_aggregates_.push_back(std::move(aggregate));
    }
  }
  report_level(Buffer::kPendingAttestations, pending_attestations_.size(), kPendingAttestationsMax);
  report_level(Buffer::kPendingAggregates, pending_aggregates_.size(), kPendingAttestationsMax);
}

}  // namespace lockstep::chain
