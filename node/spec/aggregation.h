// Combining votes into compact proofs: which proofs to reuse, which signatures to add (§9.1, §9.2).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "node/crypto/aggregate.h"
#include "node/spec/containers.h"
#include "node/spec/vote_pool.h"

namespace lockstep::spec {

/// Proofs, and the union of the validators for whom they speak.
struct ProofSelection {
  std::vector<ProofRef> proofs;
  AggregationBits covered;
};

/// select_proofs_for_coverage (§9.1): greedily the proof that adds most validators, of equals the one whose
/// SSZ encoding is largest, first from `priority` and then from `fallback`, until nothing adds any.
[[nodiscard]] ProofSelection select_proofs_for_coverage(std::span<const ProofRef> priority,
                                                        std::span<const ProofRef> fallback);

/// One proof to be made: from these child proofs and these signatures, none of whose signers a child covers.
struct AggregationJob {
  AttestationData data;
  std::vector<ProofRef> children;
  std::vector<SignatureEntry> signatures;  ///< Ascending by validator, each validator once.
};

/// Makes the proof of a job. `validators` holds every participant. Pure; may take very long.
[[nodiscard]] base::Result<SingleMessageAggregate, crypto::AggregationError> prove(
    const AggregationJob& job, const ValidatorRegistry& validators, const crypto::AggregateProver& prover);

/// One round of aggregation (§9.2), taken out of a store so that proving needs no access to it: what is to be
/// proven, and what the pools held when the round was taken. Shares proofs and signatures with the store.
struct AggregationRound {
  std::vector<AggregationJob> jobs;
  ProofPool new_payloads;
  SignaturePool signatures;
  std::shared_ptr<const ValidatorRegistry> validators;
};

/// The jobs of a round, given the pools: for every vote in `new_payloads` and then every other vote in
/// `signatures`, unless there is no signature to add and fewer than two proofs to join. Known proofs never
/// start a job.
[[nodiscard]] std::vector<AggregationJob> aggregation_jobs(const ProofPool& new_payloads,
                                                           const ProofPool& known_payloads,
                                                           const SignaturePool& signatures);

/// How many signatures and proofs the round joins.
[[nodiscard]] std::uint64_t inputs_of(const AggregationRound& round);

/// Proves every job of the round, in order. A job that the prover refuses is left out.
[[nodiscard]] std::vector<SignedAggregatedAttestation> prove_all(const AggregationRound& round,
                                                                 const crypto::AggregateProver& prover);

}  // namespace lockstep::spec
