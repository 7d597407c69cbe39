// The pools keep the order in which votes came, and hold equal proofs and signatures once.
#include "node/spec/vote_pool.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "chain_builder.h"
#include "property.h"

namespace lockstep::spec {
namespace {

AttestationData vote(std::uint64_t slot) {
  return {.slot = Slot(slot), .head = {}, .target = {}, .source = {}};
}

ProofRef proof(const AggregationBits& voters, std::uint8_t tag = 0) {
  return std::make_shared<const SingleMessageAggregate>(testing::aggregate_of({}, voters, tag).proof);
}

std::vector<std::uint64_t> slots_of(const ProofPool& pool) {
  std::vector<std::uint64_t> slots;
  for (const auto& [position, entry] : pool.entries()) slots.push_back(entry.data.slot.value);
  return slots;
}

TEST(OrderedVotes, keeps_the_place_of_a_vote_that_comes_again) {
  ProofPool pool;
  for (const std::uint64_t slot : {3U, 1U, 2U, 3U, 1U}) pool.find_or_append(vote(slot));
  EXPECT_EQ(slots_of(pool), (std::vector<std::uint64_t>{3, 1, 2}));
}

TEST(OrderedVotes, moves_an_entry_to_the_front_with_what_it_holds) {
  ProofPool pool;
  for (const std::uint64_t slot : {1U, 2U, 3U}) pool.find_or_append(vote(slot));
  pool.find_or_append(vote(3)).entry->value.add(proof(testing::bits_of({1})));
  const ProofPool::Place place = pool.move_to_front(vote(3));
  EXPECT_EQ(slots_of(pool), (std::vector<std::uint64_t>{3, 1, 2}));
  EXPECT_EQ(place.entry->value.proofs().size(), 1U);
  pool.move_to_front(vote(9));
  EXPECT_EQ(slots_of(pool), (std::vector<std::uint64_t>{9, 3, 1, 2}));
  ASSERT_NE(pool.find(vote(3)), nullptr);
  EXPECT_EQ(pool.find(vote(3))->proofs().size(), 1U);
}

TEST(OrderedVotes, copies_do_not_share_their_order) {
  ProofPool pool;
  for (const std::uint64_t slot : {1U, 2U}) pool.find_or_append(vote(slot));
  ProofPool copy = pool;
  copy.move_to_front(vote(2));
  copy.erase(vote(1));
  EXPECT_EQ(slots_of(pool), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(slots_of(copy), (std::vector<std::uint64_t>{2}));
}

TEST(OrderedVotesProperty, is_a_list_without_repetitions) {
  EXPECT_TRUE(
      testing::holds("is_a_list_without_repetitions", 300, [](const std::vector<std::uint8_t>& moves) {
        ProofPool pool;
        std::vector<std::uint64_t> model;
        for (const std::uint8_t number : moves) {
          const std::uint64_t slot = number / 4 % 8;
          const auto at = std::find(model.begin(), model.end(), slot);
          switch (number % 4) {
            case 0:
              pool.find_or_append(vote(slot));
              if (at == model.end()) model.push_back(slot);
              break;
            case 1:
              pool.move_to_front(vote(slot));
              if (at != model.end()) model.erase(at);
              model.insert(model.begin(), slot);
              break;
            case 2:
              pool.erase(vote(slot));
              if (at != model.end()) model.erase(at);
              break;
            default:
              pool.erase_if(
                  [&](const ProofPool::Entry& entry) { return entry.data.slot.value + 6 < slot * 2; });
              std::erase_if(model, [&](std::uint64_t held) { return held + 6 < slot * 2; });
              break;
          }
          RC_ASSERT(slots_of(pool) == model);
          RC_ASSERT((pool.find(vote(slot)) != nullptr) ==
                    (std::find(model.begin(), model.end(), slot) != model.end()));
        }
      }));
}

TEST(ProofSet, holds_equal_proofs_once_and_unites_their_voters) {
  ProofSet set;
  EXPECT_TRUE(set.add(proof(testing::bits_of({0, 2}))));
  EXPECT_FALSE(set.add(proof(testing::bits_of({0, 2}))));
  EXPECT_TRUE(set.add(proof(testing::bits_of({0, 2}), 1)));
  EXPECT_TRUE(set.add(proof(testing::bits_of({5}))));
  EXPECT_EQ(set.voters().set_indices(), (std::vector<std::size_t>{0, 2, 5}));
  set.remove_all_of({proof(testing::bits_of({5})), proof(testing::bits_of({0, 2}))});
  EXPECT_EQ(set.proofs().size(), 1U);
  EXPECT_EQ(set.voters().set_indices(), (std::vector<std::size_t>{0, 2}));
}

TEST(SignatureSet, sorts_by_validator_and_keeps_both_of_two_different_signatures) {
  const auto entry = [](std::uint64_t validator, std::uint8_t byte) {
    return SignatureEntry{.validator = ValidatorIndex(validator),
                          .signature = std::make_shared<const Signature>(Signature{{byte}})};
  };
  SignatureSet set;
  EXPECT_TRUE(set.add(entry(7, 1)));
  EXPECT_TRUE(set.add(entry(2, 1)));
  EXPECT_TRUE(set.add(entry(7, 0)));
  EXPECT_FALSE(set.add(entry(7, 1)));
  ASSERT_EQ(set.entries().size(), 3U);
  EXPECT_EQ(set.entries()[0].validator, ValidatorIndex(2));
  EXPECT_EQ(set.entries()[1].signature->data[0], 1);
  EXPECT_EQ(set.entries()[2].signature->data[0], 0);
  SignatureSet some;
  some.add(entry(7, 1));
  set.remove_all_of(some);
  EXPECT_EQ(set.entries().size(), 2U);
}

}  // namespace
}  // namespace lockstep::spec
