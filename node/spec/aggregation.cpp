// How proofs are chosen, and how a job's inputs are laid out for the prover.
#include "node/spec/aggregation.h"

#include <bit>
#include <utility>

#include "node/spec/hash_tree_root.h"
#include "node/spec/signatures_check.h"
#include "node/spec/ssz.h"

namespace lockstep::spec {
namespace {

/// How many validators of `bits` are not in `covered`.
std::size_t gain(const AggregationBits& bits, const AggregationBits& covered) {
  const auto have = covered.words();
  std::size_t count = 0;
  for (std::size_t w = 0; w < bits.words().size(); ++w) {
    const std::uint64_t seen = w < have.size() ? have[w] : 0;
    count += static_cast<std::size_t>(std::popcount(bits.words()[w] & ~seen));
  }
  return count;
}

/// Takes proofs from one pool until none of them adds a validator.
void select_from(std::span<const ProofRef> pool, ProofSelection& selection) {
  std::vector<ProofRef> candidates(pool.begin(), pool.end());
  while (!candidates.empty()) {
    std::size_t best = 0;
    std::size_t best_gain = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::size_t adds = gain(candidates[i]->participants, selection.covered);
      // The encodings are made only for a tie that matters, since they are as long as the proofs.
      if (adds > best_gain ||
          (adds == best_gain && adds > 0 && encode(*candidates[i]) > encode(*candidates[best]))) {
        best = i;
        best_gain = adds;
      }
    }
    if (best_gain == 0) {
      return;
    }
    selection.covered |= candidates[best]->participants;
    selection.proofs.push_back(std::move(candidates[best]));
    candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(best));
  }
}

AggregationJob job_for(const AttestationData& data, const ProofSet* fresh, const ProofSet* known,
                       const SignatureSet* signatures) {
  const auto proofs_of = [](const ProofSet* set) {
    return set == nullptr ? std::span<const ProofRef>() : std::span<const ProofRef>(set->proofs());
  };
  ProofSelection selection = select_proofs_for_coverage(proofs_of(fresh), proofs_of(known));
  AggregationJob job{.data = data, .children = std::move(selection.proofs), .signatures = {}};
  if (signatures == nullptr) {
    return job;
  }
  for (const SignatureEntry& entry : signatures->entries()) {
    const std::uint64_t index = entry.validator.value;
    const bool covered = index < selection.covered.size() && selection.covered[index];
    const bool again = !job.signatures.empty() && job.signatures.back().validator == entry.validator;
    if (!covered && !again) {
      job.signatures.push_back(entry);
    }
  }
  return job;
}

}  // namespace

ProofSelection select_proofs_for_coverage(std::span<const ProofRef> priority,
                                          std::span<const ProofRef> fallback) {
  ProofSelection selection;
  select_from(priority, selection);
  select_from(fallback, selection);
  return selection;
}

std::vector<AggregationJob> aggregation_jobs(const ProofPool& new_payloads, const ProofPool& known_payloads,
                                             const SignaturePool& signatures) {
  std::vector<AggregationJob> jobs;
  const auto consider = [&](const AttestationData& data) {
    AggregationJob job =
        job_for(data, new_payloads.find(data), known_payloads.find(data), signatures.find(data));
    if (!job.signatures.empty() || job.children.size() >= 2) {
      jobs.push_back(std::move(job));
    }
  };
  for (const auto& [position, entry] : new_payloads.entries()) {
    consider(entry.data);
  }
  for (const auto& [position, entry] : signatures.entries()) {
    if (new_payloads.find(entry.data) == nullptr) {
      consider(entry.data);
    }
  }
  return jobs;
}

base::Result<SingleMessageAggregate, crypto::AggregationError> prove(const AggregationJob& job,
                                                                     const ValidatorRegistry& validators,
                                                                     const crypto::AggregateProver& prover) {
  AggregationBits participants;
  std::vector<std::vector<crypto::PublicKey>> child_keys;
  std::vector<crypto::ProvenKeys> children;
  child_keys.reserve(job.children.size());
  for (const ProofRef& child : job.children) {
    participants |= child->participants;
    child_keys.push_back(attestation_keys(child->participants, validators));
    children.push_back({.keys = child_keys.back(), .proof = child->proof.data});
  }
  std::vector<crypto::PublicKey> signer_keys;
  std::vector<base::ByteView> signatures;
  for (const SignatureEntry& entry : job.signatures) {
    const std::size_t index = entry.validator.value;
    LOCKSTEP_ASSERT(index < validators.size());
    if (index >= participants.size()) {
      participants.resize(index + 1);
    }
    participants.set(index);
    signer_keys.push_back(validators[index].attestation_public_key);
    signatures.push_back(entry.signature->data);
  }
  // Child bitlists may be longer than their highest validator; a proof's own list never is.
  participants.resize(participants.span_of_set_bits());
  auto proof = prover.aggregate(signer_keys, signatures, children, attestation_keys(participants, validators),
                                hash_tree_root(job.data), job.data.slot.value);
  if (!proof) {
    return proof.error();
  }
  return SingleMessageAggregate{.participants = std::move(participants), .proof = {std::move(*proof)}};
}

std::uint64_t inputs_of(const AggregationRound& round) {
  std::uint64_t inputs = 0;
  for (const AggregationJob& job : round.jobs) {
    inputs += job.signatures.size() + job.children.size();
  }
  return inputs;
}

std::vector<SignedAggregatedAttestation> prove_all(const AggregationRound& round,
                                                   const crypto::AggregateProver& prover) {
  std::vector<SignedAggregatedAttestation> made;
  for (const AggregationJob& job : round.jobs) {
    if (auto proof = prove(job, *round.validators, prover)) {
      made.push_back({.data = job.data, .proof = std::move(*proof)});
    }
  }
  return made;
}

}  // namespace lockstep::spec
