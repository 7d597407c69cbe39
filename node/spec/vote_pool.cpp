// What one entry of a pool holds: sets of proofs and of signatures.
#include "node/spec/vote_pool.h"

#include <algorithm>

namespace lockstep::spec {

std::size_t AttestationDataHash::operator()(const AttestationData& data) const noexcept {
  // Roots are uniform already; the odd factors keep equal roots in different places, and slots, from
  // cancelling out.
  std::uint64_t hash = base::RootHash{}(data.head.root);
  hash = hash * 0x9e3779b97f4a7c15ULL + base::RootHash{}(data.target.root);
  hash = hash * 0x9e3779b97f4a7c15ULL + base::RootHash{}(data.source.root);
  hash = hash * 0x9e3779b97f4a7c15ULL + data.slot.value;
  return hash ^ (hash >> 32);
}

bool ProofSet::add(ProofRef proof) {
  LOCKSTEP_ASSERT(proof != nullptr);
  if (contains(*proof)) {
    return false;
  }
  voters_ |= proof->participants;
  proofs_.push_back(std::move(proof));
  return true;
}

bool ProofSet::contains(const SingleMessageAggregate& proof) const {
  return std::any_of(proofs_.begin(), proofs_.end(),
                     [&](const ProofRef& held) { return held.get() == &proof || *held == proof; });
}

void ProofSet::remove_all_of(const std::vector<ProofRef>& others) {
  std::erase_if(proofs_, [&](const ProofRef& held) {
    return std::any_of(others.begin(), others.end(),
                       [&](const ProofRef& other) { return held == other || *held == *other; });
  });
  voters_ = {};
  for (const ProofRef& proof : proofs_) {
    voters_ |= proof->participants;
  }
}

bool SignatureSet::contains(const SignatureEntry& entry) const {
  auto held = std::lower_bound(entries_.begin(), entries_.end(), entry.validator,
                               [](const SignatureEntry& a, ValidatorIndex v) { return a.validator < v; });
  for (; held != entries_.end() && held->validator == entry.validator; ++held) {
    if (held->signature == entry.signature || *held->signature == *entry.signature) {
      return true;
    }
  }
  return false;
}

bool SignatureSet::add(const SignatureEntry& entry) {
  LOCKSTEP_ASSERT(entry.signature != nullptr);
  if (contains(entry)) {
    return false;
  }
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), entry.validator,
                       [](ValidatorIndex v, const SignatureEntry& a) { return v < a.validator; });
  entries_.insert(after, entry);
  return true;
}

void SignatureSet::remove_all_of(const SignatureSet& others) {
  std::erase_if(entries_, [&](const SignatureEntry& entry) { return others.contains(entry); });
}

}  // namespace lockstep::spec
