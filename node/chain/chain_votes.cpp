// How votes and aggregates of votes come in, and how those that name unknown blocks are tried again.
#include <algorithm>
#include <utility>

#include "node/chain/chain.h"
#include "node/chain/metered.h"

namespace lockstep::chain {
namespace {

/// leanSpec keeps a vote only if it names a block that may still come.
bool is_retryable(spec::RejectionReason reason) {
  return reason == spec::RejectionReason::UNKNOWN_SOURCE_BLOCK ||
         reason == spec::RejectionReason::UNKNOWN_TARGET_BLOCK ||
         reason == spec::RejectionReason::UNKNOWN_HEAD_BLOCK;
}

/// The outcome of a verdict, counted unless the vote is still to be decided.
VoteOutcome decide(const spec::Verdict<void>& verdict, VoteCounts& counts) {
  if (verdict) {
    ++counts.accepted;
    return VoteOutcome::kAccepted;
  }
  if (is_retryable(verdict.error())) {
    return VoteOutcome::kBuffered;
  }
  ++counts.rejected;
  return VoteOutcome::kRejected;
}

spec::RejectionReason reason_of(const spec::Verdict<void>& verdict) {
  return verdict ? spec::RejectionReason{} : verdict.error();
}

}  // namespace

VoteOutcome Chain::on_gossip_attestation(spec::SignedAttestation vote, Origin origin) {
  ++attestation_counts_.entered;
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
  const VoteOutcome outcome = decide(verdict, attestation_counts_);
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
  const VoteOutcome outcome = decide(verdict, aggregate_counts_);
  if (outcome != VoteOutcome::kBuffered || origin != Origin::kBuffered) {
    events_.aggregate_handled({.data = aggregate.data,
                               .participants = aggregate.proof.participants.popcount(),
                               .origin = origin,
                               .outcome = outcome,
                               .reason = reason_of(verdict)});
  }
  return outcome;
}

void Chain::keep(spec::SignedAttestation vote) {
  if (pending_attestations_.size() >= kPendingAttestationsMax) {
    const spec::SignedAttestation& oldest = pending_attestations_.front();
    ++attestation_counts_.evicted;
    events_.vote_handled({.validator = oldest.validator_index,
                          .data = oldest.data,
                          .origin = Origin::kBuffered,
                          .outcome = VoteOutcome::kEvicted,
                          .reason = {}});
    pending_attestations_.pop_front();
    attestations_to_retry_ = attestations_to_retry_ > 0 ? attestations_to_retry_ - 1 : 0;
  }
  pending_attestations_.push_back(std::move(vote));
  report_level(Buffer::kPendingAttestations, pending_attestations_.size(), kPendingAttestationsMax);
}

void Chain::keep(spec::SignedAggregatedAttestation aggregate) {
  if (pending_aggregates_.size() >= kPendingAttestationsMax) {
    const spec::SignedAggregatedAttestation& oldest = pending_aggregates_.front();
    ++aggregate_counts_.evicted;
    events_.aggregate_handled({.data = oldest.data,
                               .participants = oldest.proof.participants.popcount(),
                               .origin = Origin::kBuffered,
                               .outcome = VoteOutcome::kEvicted,
                               .reason = {}});
    pending_aggregates_.pop_front();
    aggregates_to_retry_ = aggregates_to_retry_ > 0 ? aggregates_to_retry_ - 1 : 0;
  }
  pending_aggregates_.push_back(std::move(aggregate));
  report_level(Buffer::kPendingAggregates, pending_aggregates_.size(), kPendingAttestationsMax);
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
