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
  const VoteOutcome outcome = settle(vote, origin, try_now(vote));
  if (outcome == VoteOutcome::kBuffered) {
    keep(std::move(vote));
  }
  return outcome;
}

VoteOutcome Chain::on_gossip_aggregated_attestation(spec::SignedAggregatedAttestation aggregate,
                                                    Origin origin) {
  ++aggregate_counts_.entered;
  const VoteOutcome outcome = settle(aggregate, origin, try_now(aggregate));
  if (outcome == VoteOutcome::kBuffered) {
    keep(std::move(aggregate));
  }
  return outcome;
}

template <typename Vote>
spec::Verdict<void> Chain::try_now(const Vote& vote) {
  events_.input_began();
  spec::Verdict<Check> check = question(vote);
  if (!check) {
    return check.error();
  }
  decider_.decide(*check);
  return take(vote, *check);
}

spec::Verdict<Check> Chain::question(const spec::SignedAttestation& vote) {
  const spec::Verdict<spec::SignatureClaim> claim = store_.check_attestation(vote, data_root(vote.data));
  if (!claim) {
    return claim.error();
  }
  return Check{.claim = *claim, .evidence = vote.signature.data};
}

spec::Verdict<Check> Chain::question(const spec::SignedAggregatedAttestation& aggregate) const {
  spec::Verdict<spec::AggregateClaim> claim = store_.check_aggregated_attestation(aggregate);
  if (!claim) {
    return claim.error();
  }
  return Check{.claim = *std::move(claim), .evidence = aggregate.proof.proof.data};
}

spec::Verdict<void> Chain::take(const spec::SignedAttestation& vote, const Check& check) {
  if (!check.holds) {
    return spec::RejectionReason::INVALID_SIGNATURE;
  }
  if (is_aggregator() && store_.validator_index()) {
    store_.record_attestation(vote);
  }
  return {};
}

spec::Verdict<void> Chain::take(const spec::SignedAggregatedAttestation& aggregate, const Check& check) {
  if (!check.holds) {
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

template <typename Vote>
std::vector<spec::Verdict<void>> Chain::ask_about(const std::deque<Vote>& kept, std::size_t count,
                                                  std::vector<Check>& checks) {
  std::vector<spec::Verdict<void>> answers;
  answers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    spec::Verdict<Check> check = question(kept[i]);
    if (check) {
      answers.emplace_back();
      checks.push_back(*std::move(check));
    } else {
      answers.emplace_back(check.error());
    }
  }
  return answers;
}

template <typename Vote>
std::size_t Chain::settle_kept(std::deque<Vote>& kept, std::size_t& to_retry,
                               std::span<const spec::Verdict<void>> answers, std::span<const Check>& checks) {
  std::size_t kept_on = 0;
  for (spec::Verdict<void> verdict : answers) {
    Vote vote = std::move(kept.front());
    kept.pop_front();
    --to_retry;
    events_.input_began();
    if (verdict) {
      verdict = take(vote, checks.front());
      checks = checks.subspan(1);
    }
    if (settle(vote, Origin::kBuffered, verdict) == VoteOutcome::kBuffered) {
      kept.push_back(std::move(vote));
      ++kept_on;
    }
  }
  return kept_on;
}

void Chain::report_kept_on(Input input, std::size_t count) {
  if (count > 0) {
    events_.votes_kept_on({.input = input, .count = count});
  }
}

void Chain::retry_kept_votes() {
  // Nothing here changes what the store answers, so that all may be asked about before any is taken.
  std::vector<Check> checks;
  const std::size_t votes = std::min(kRetriesPerStep, attestations_to_retry_);
  const std::size_t aggregates = std::min(kRetriesPerStep, aggregates_to_retry_);
  const auto about_votes = ask_about(pending_attestations_, votes, checks);
  const auto about_aggregates = ask_about(pending_aggregates_, aggregates, checks);
  if (decide_all_) {
    checks = decide_all_(std::move(checks));
  } else {
    decider_.decide_all(checks);
  }
  std::span<const Check> decided(checks);
  report_kept_on(Input::kAttestation,
                 settle_kept(pending_attestations_, attestations_to_retry_, about_votes, decided));
  report_kept_on(Input::kAggregate,
                 settle_kept(pending_aggregates_, aggregates_to_retry_, about_aggregates, decided));
  report_level(Buffer::kPendingAttestations, pending_attestations_.size(), kPendingAttestationsMax);
  report_level(Buffer::kPendingAggregates, pending_aggregates_.size(), kPendingAttestationsMax);
}

}  // namespace lockstep::chain
