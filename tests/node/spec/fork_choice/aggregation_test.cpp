// Proofs are chosen greedily, and ties go to the largest encoding.
#include "node/spec/aggregation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "chain_builder.h"
#include "node/spec/ssz.h"
#include "property.h"

namespace lockstep::spec {
namespace {

using testing::bits_of;

ProofRef proof(const AggregationBits& voters, std::uint8_t tag = 0) {
  return std::make_shared<const SingleMessageAggregate>(testing::aggregate_of({}, voters, tag).proof);
}

TEST(SelectProofsForCoverage, takes_the_priority_pool_to_its_end_first) {
  const std::vector<ProofRef> priority = {proof(bits_of({0}))};
  const std::vector<ProofRef> fallback = {proof(bits_of({0, 1, 2})), proof(bits_of({1}))};
  const ProofSelection selection = select_proofs_for_coverage(priority, fallback);
  EXPECT_EQ(selection.proofs, (std::vector<ProofRef>{priority[0], fallback[0]}));
  EXPECT_EQ(selection.covered.set_indices(), (std::vector<std::size_t>{0, 1, 2}));
}

// Not pinned by leanSpec's vectors: of equally useful proofs the largest encoding wins.
TEST(SelectProofsForCoverage, breaks_ties_towards_the_largest_encoding) {
  const std::vector<ProofRef> by_bits = {proof(bits_of({0, 1})), proof(bits_of({1, 2})),
                                         proof(bits_of({0, 2}))};
  EXPECT_EQ(select_proofs_for_coverage(by_bits, {}).proofs.front(), by_bits[1]);
  const std::vector<ProofRef> by_proof = {proof(bits_of({0, 1}), 3), proof(bits_of({0, 1}), 7),
                                          proof(bits_of({0, 1}), 5)};
  const ProofSelection selection = select_proofs_for_coverage(by_proof, {});
  EXPECT_EQ(selection.proofs, std::vector<ProofRef>{by_proof[1]});
}

TEST(SelectProofsForCoverage, compares_encodings_by_the_low_byte_of_their_offset) {
  // 247 bytes of bitlist put the proof at offset 255 (ff 00 00 00), 248 bytes at 256 (00 01 00 00).
  AggregationBits shorter(247 * 8 - 1);
  AggregationBits longer(248 * 8 - 1);
  shorter.set(3);
  longer.set(3);
  const std::vector<ProofRef> pool = {proof(longer, 9), proof(shorter)};
  EXPECT_EQ(select_proofs_for_coverage(pool, {}).proofs, std::vector<ProofRef>{pool[1]});
}

TEST(SelectProofsForCoverage, counts_only_validators_that_are_still_uncovered) {
  const std::vector<ProofRef> pool = {proof(bits_of({0, 1, 2, 3})), proof(bits_of({2, 3, 4})),
                                      proof(bits_of({5, 6}))};
  EXPECT_EQ(select_proofs_for_coverage(pool, {}).proofs, (std::vector<ProofRef>{pool[0], pool[2], pool[1]}));
}

TEST(SelectProofsForCoverageProperty, covers_everything_with_proofs_that_each_add_something) {
  EXPECT_TRUE(
      testing::holds("covers_everything_with_proofs_that_each_add_something", 300,
                     [](const std::vector<std::uint8_t>& sets) {
                       std::vector<ProofRef> pools[2];
                       AggregationBits all;
                       for (std::size_t i = 0; i < sets.size(); ++i) {
                         AggregationBits bits(8);
                         for (std::size_t bit = 0; bit < 8; ++bit) bits.set(bit, (sets[i] >> bit & 1) != 0);
                         all |= bits;
                         pools[i % 2].push_back(proof(bits, static_cast<std::uint8_t>(i)));
                       }
                       const ProofSelection selection = select_proofs_for_coverage(pools[0], pools[1]);
                       RC_ASSERT(selection.covered.set_indices() == all.set_indices());
                       AggregationBits covered;
                       for (const ProofRef& chosen : selection.proofs) {
                         RC_ASSERT(!covered.covers(chosen->participants));
                         covered |= chosen->participants;
                       }
                       // The outcome does not depend on the order in which the proofs lie in their sets.
                       for (std::vector<ProofRef>& pool : pools) std::reverse(pool.begin(), pool.end());
                       RC_ASSERT(select_proofs_for_coverage(pools[0], pools[1]).proofs == selection.proofs);
                     }));
}

TEST(AggregationJobs, leave_out_lone_proofs_and_known_votes) {
  ProofPool fresh;
  ProofPool known;
  SignaturePool signatures;
  const auto vote = [](std::uint64_t slot) {
    return AttestationData{.slot = Slot(slot), .head = {}, .target = {}, .source = {}};
  };
  const auto sign = [&](std::uint64_t slot, std::uint64_t validator, std::uint8_t byte) {
    signatures.find_or_append(vote(slot))
        .entry->value.add({.validator = ValidatorIndex(validator),
                           .signature = std::make_shared<const Signature>(Signature{{byte}})});
  };
  known.find_or_append(vote(1)).entry->value.add(proof(bits_of({0})));
  known.find_or_append(vote(1)).entry->value.add(proof(bits_of({1})));
  fresh.find_or_append(vote(2)).entry->value.add(proof(bits_of({0})));
  fresh.find_or_append(vote(3)).entry->value.add(proof(bits_of({0})));
  known.find_or_append(vote(3)).entry->value.add(proof(bits_of({0, 4})));
  sign(4, 5, 2);
  sign(4, 3, 1);
  sign(4, 5, 1);
  sign(2, 0, 1);
  const std::vector<AggregationJob> jobs = aggregation_jobs(fresh, known, signatures);
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].data, vote(3));
  EXPECT_EQ(jobs[0].children.size(), 2U);
  EXPECT_EQ(jobs[1].data, vote(4));
  ASSERT_EQ(jobs[1].signatures.size(), 2U) << "one signature for each validator";
  EXPECT_EQ(jobs[1].signatures[0].validator, ValidatorIndex(3));
  EXPECT_EQ(jobs[1].signatures[1].signature->data[0], 2) << "the one that came first";
}

}  // namespace
}  // namespace lockstep::spec
