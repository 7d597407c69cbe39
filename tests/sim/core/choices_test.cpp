// Choices are uniform, independent of one another, and overridable one by one.
#include "sim/core/choices.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <set>

namespace lockstep::sim {
namespace {

constexpr std::uint64_t kDraws = 200'000;

/// How far observed counts are from equal ones: chi-square with `cells - 1` degrees of freedom.
template <std::size_t Cells>
double chi_square(const std::array<std::uint64_t, Cells>& counts, std::uint64_t draws) {
  const double expected = static_cast<double>(draws) / Cells;
  double sum = 0;
  for (const std::uint64_t count : counts) {
    const double off = static_cast<double>(count) - expected;
    sum += off * off / expected;
  }
  return sum;
}

// For 255 degrees of freedom: mean 255, deviation 22.6. The limits are about five deviations on each side;
// the draws are fixed, so a pass stays a pass.
constexpr double kLeast = 150;
constexpr double kMost = 370;

TEST(Choices, have_uniform_bytes_in_every_place) {
  Choices choices(42);
  ChoiceStream stream(choices, ChoiceDomain::kTest, 7, 1);
  std::array<std::array<std::uint64_t, 256>, 8> counts{};
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const std::uint64_t word = stream.bits();
    for (std::size_t byte = 0; byte < 8; ++byte) {
      ++counts[byte][(word >> (8 * byte)) & 0xff];
    }
  }
  for (const auto& place : counts) {
    EXPECT_GT(chi_square(place, kDraws), kLeast);
    EXPECT_LT(chi_square(place, kDraws), kMost);
  }
}

/// Draws pairs from a key and its neighbour and counts the pairs of their top four bits.
template <typename Neighbour>
double chi_square_of_pairs(Neighbour neighbour) {
  Choices choices(42);
  std::array<std::uint64_t, 256> counts{};
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const ChoiceKey key{ChoiceDomain::kNetwork, i % 400, static_cast<std::uint32_t>(i / 400 % 5), i / 2000};
    ++counts[(choices.bits(key) >> 60) * 16 + (choices.bits(neighbour(key)) >> 60)];
  }
  return chi_square(counts, kDraws);
}

TEST(Choices, of_neighbouring_keys_are_independent) {
  const std::array<double, 4> results = {
      chi_square_of_pairs([](ChoiceKey key) { return ++key.counter, key; }),
      chi_square_of_pairs([](ChoiceKey key) { return ++key.object, key; }),
      chi_square_of_pairs([](ChoiceKey key) { return ++key.purpose, key; }),
      chi_square_of_pairs([](ChoiceKey key) { return key.domain = ChoiceDomain::kDisk, key; }),
  };
  for (const double result : results) {
    EXPECT_GT(result, kLeast / 2);
    EXPECT_LT(result, kMost);
  }
}

TEST(Choices, of_neighbouring_seeds_are_independent) {
  std::array<std::uint64_t, 256> counts{};
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    Choices one(seed);
    Choices other(seed + 1);
    const ChoiceKey key{ChoiceDomain::kSchedule, 0, 0, 0};
    ++counts[(one.bits(key) >> 60) * 16 + (other.bits(key) >> 60)];
  }
  EXPECT_GT(chi_square(counts, kDraws), kLeast);
  EXPECT_LT(chi_square(counts, kDraws), kMost);
}

TEST(Choices, flip_half_of_their_bits_with_any_bit_of_the_key) {
  const auto flipped = [](auto change) {
    std::uint64_t bits = 0;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      Choices choices(3);
      const ChoiceKey key{ChoiceDomain::kTest, i * 977, 5, i};
      bits += static_cast<std::uint64_t>(std::popcount(choices.bits(key) ^ choices.bits(change(key))));
    }
    return static_cast<double>(bits) / 2000;
  };
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    EXPECT_NEAR(flipped([mask](ChoiceKey key) { return key.counter ^= mask, key; }), 32, 0.6) << bit;
    EXPECT_NEAR(flipped([mask](ChoiceKey key) { return key.object ^= mask, key; }), 32, 0.6) << bit;
  }
  for (unsigned bit = 0; bit < 32; ++bit) {
    const std::uint32_t mask = std::uint32_t{1} << bit;
    EXPECT_NEAR(flipped([mask](ChoiceKey key) { return key.purpose ^= mask, key; }), 32, 0.6) << bit;
  }
}

TEST(Choices, never_repeat_among_many_streams) {
  Choices choices(1);
  std::set<std::uint64_t> seen;
  for (std::uint64_t object = 0; object < 1000; ++object) {
    ChoiceStream stream(choices, ChoiceDomain::kNode, object, 0);
    for (int i = 0; i < 200; ++i) {
      EXPECT_TRUE(seen.insert(stream.bits()).second);
    }
  }
}

TEST(Choices, scale_to_small_bounds_without_favour) {
  Choices choices(5);
  ChoiceStream stream(choices, ChoiceDomain::kTest, 0, 0);
  std::array<std::uint64_t, 7> counts{};
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    ++counts.at(stream.below(7));
  }
  EXPECT_LT(chi_square(counts, kDraws), 30);
  EXPECT_EQ(stream.below(1), 0U);
}

TEST(Choices, stay_between_their_ends_and_reach_them) {
  Choices choices(6);
  ChoiceStream stream(choices, ChoiceDomain::kNetwork, 0, 0);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    seen.insert(stream.between(base::Duration(-3), base::Duration(4)).count());
  }
  EXPECT_EQ(seen.size(), 8U);
  EXPECT_EQ(*seen.begin(), -3);
  EXPECT_EQ(*seen.rbegin(), 4);
  EXPECT_EQ(stream.between(base::Duration(5), base::Duration(5)).count(), 5);
}

TEST(Choices, come_true_as_often_as_their_chance) {
  Choices choices(7);
  ChoiceStream stream(choices, ChoiceDomain::kNetwork, 0, 0);
  int lost = 0;
  for (int i = 0; i < 100'000; ++i) {
    lost += stream.chance(20'000) ? 1 : 0;
    EXPECT_FALSE(stream.chance(0));
    EXPECT_TRUE(stream.chance(1'000'000));
  }
  EXPECT_NEAR(lost, 2000, 220);
}

TEST(Choices, are_the_same_through_a_stream_and_by_key) {
  Choices choices(8);
  ChoiceStream stream(choices, ChoiceDomain::kCpu, 3, 4);
  for (std::uint64_t counter = 0; counter < 100; ++counter) {
    const ChoiceKey key{ChoiceDomain::kCpu, 3, 4, counter};
    EXPECT_EQ(stream.next_key(), key);
    EXPECT_EQ(choices.below(key, 1000), stream.below(1000));
  }
}

TEST(Choices, do_not_move_when_others_are_added) {
  Choices choices(9);
  ChoiceStream quiet(choices, ChoiceDomain::kNetwork, 1, 0);
  ChoiceStream crowded(choices, ChoiceDomain::kNetwork, 1, 0);
  ChoiceStream newcomer(choices, ChoiceDomain::kNetwork, 1, 1);
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t expected = quiet.bits();
    static_cast<void>(newcomer.bits());
    EXPECT_EQ(crowded.bits(), expected);
  }
}

TEST(Choices, can_be_overridden_one_by_one) {
  Choices choices(10);
  const ChoiceKey key{ChoiceDomain::kNetwork, 1, 2, 3};
  ChoiceKey next = key;
  ++next.counter;
  const std::uint64_t before = choices.below(key, 100);
  const std::uint64_t neighbour = choices.below(next, 100);
  choices.set_override(key, (before + 1) % 100);
  EXPECT_EQ(choices.below(key, 100), (before + 1) % 100);
  EXPECT_EQ(choices.below(next, 100), neighbour);
  EXPECT_EQ(choices.below(key, 1), 0U);
  EXPECT_EQ(choices.overrides_met(), 2U);
  choices.set_override(key, 1);
  EXPECT_TRUE(choices.chance(key, 0));
  EXPECT_EQ(choices.between(key, base::Duration(50), base::Duration(60)).count(), 51);
  choices.clear_overrides();
  EXPECT_EQ(choices.below(key, 100), before);
}

TEST(Choices, replay_from_their_record) {
  std::vector<ChoiceRecord> records;
  Choices original(11);
  original.record_into(&records);
  ChoiceStream stream(original, ChoiceDomain::kFault, 1, 1);
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(stream.below(10));
    static_cast<void>(stream.chance(500'000));
    static_cast<void>(stream.bits());
  }
  std::vector<ChoiceRecord> replayed;
  Choices other(999);
  other.record_into(&replayed);
  for (const ChoiceRecord& record : records) {
    other.set_override(record.key, record.value);
  }
  ChoiceStream again(other, ChoiceDomain::kFault, 1, 1);
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(again.below(10));
    static_cast<void>(again.chance(500'000));
    static_cast<void>(again.bits());
  }
  ASSERT_EQ(records.size(), 60U);
  EXPECT_EQ(replayed, records);
}

TEST(ChoiceKey, reads_what_it_writes_and_nothing_else) {
  const ChoiceKey key{ChoiceDomain::kNetwork, 17, 2, 40};
  EXPECT_EQ(to_text(key), "network:17:2:40");
  EXPECT_EQ(parse_choice_key("network:17:2:40"), key);
  const ChoiceKey largest{ChoiceDomain::kTest, ~std::uint64_t{0}, ~std::uint32_t{0}, ~std::uint64_t{0}};
  EXPECT_EQ(parse_choice_key(to_text(largest)), largest);
  for (const char* wrong : {"", "network", "network:1:2", "network:1:2:", "network:1:2:3:4", "nowhere:1:2:3",
                            "network:-1:2:3", "network:1:4294967296:3", "network:1:2:3 "}) {
    EXPECT_FALSE(parse_choice_key(wrong).has_value()) << wrong;
  }
}

// One draw by hand: were the function to change, every seed that anybody has written down would change.
TEST(Choices, keep_their_function) {
  Choices choices(42);
  EXPECT_EQ(choices.bits({ChoiceDomain::kSchedule, 0, 0, 0}), 10314576138530729529ULL);
  EXPECT_EQ(choices.bits({ChoiceDomain::kNetwork, 12345, 6, 789}), 16748441598671144261ULL);
}

}  // namespace
}  // namespace lockstep::sim
