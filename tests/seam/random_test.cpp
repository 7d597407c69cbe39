// The contract of runtime::Random.
#include <array>
#include <set>
#include <vector>

#include "worlds.h"

namespace lockstep::seam {
namespace {

class RandomSeam : public SeamTest {};

TEST_P(RandomSeam, does_not_repeat_itself) {
  run([](Seams& seams) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 10'000; ++i) {
      seen.insert(seams.node().random.next());
    }
    EXPECT_EQ(seen.size(), 10'000U);
  });
}

TEST_P(RandomSeam, sets_every_bit_about_half_of_the_time) {
  run([](Seams& seams) {
    std::array<int, 64> ones{};
    constexpr int kDraws = 4096;
    for (int i = 0; i < kDraws; ++i) {
      const std::uint64_t word = seams.node().random.next();
      for (std::size_t bit = 0; bit < 64; ++bit) {
        ones[bit] += static_cast<int>((word >> bit) & 1);
      }
    }
    for (const int count : ones) {
      EXPECT_NEAR(count, kDraws / 2, 256) << "eight standard deviations";
    }
  });
}

TEST_P(RandomSeam, fills_spans_of_any_length_to_their_last_byte) {
  run([](Seams& seams) {
    for (const std::size_t length : {0U, 1U, 7U, 8U, 9U, 255U, 256U, 257U, 5000U}) {
      std::vector<std::uint8_t> seen(length, 0);
      std::vector<std::uint8_t> bytes(length + 1, 0);
      for (int round = 0; round < 8; ++round) {
        seams.node().random.fill(std::span(bytes).first(length));
        for (std::size_t i = 0; i < length; ++i) {
          seen[i] = static_cast<std::uint8_t>(seen[i] | bytes[i]);
        }
      }
      for (std::size_t i = 0; i < length; ++i) {
        ASSERT_NE(seen[i], 0) << "byte " << i << " of " << length << " stayed zero in eight rounds";
      }
      EXPECT_EQ(bytes[length], 0) << "wrote past the end";
    }
  });
}

TEST_P(RandomSeam, below_stays_below_and_reaches_every_value) {
  run([](Seams& seams) {
    std::array<int, 10> hits{};
    for (int i = 0; i < 10'000; ++i) {
      const std::uint64_t value = seams.node().random.below(10);
      ASSERT_LT(value, 10U);
      ++hits[value];
    }
    for (const int count : hits) {
      EXPECT_NEAR(count, 1000, 240) << "eight standard deviations";
    }
    EXPECT_EQ(seams.node().random.below(1), 0U);
  });
}

TEST_P(RandomSeam, gives_each_node_numbers_of_its_own) {
  run(2, [](Seams& seams) { EXPECT_NE(seams.nodes[0].random.next(), seams.nodes[1].random.next()); });
}

LOCKSTEP_IN_BOTH_WORLDS(RandomSeam);

}  // namespace
}  // namespace lockstep::seam
