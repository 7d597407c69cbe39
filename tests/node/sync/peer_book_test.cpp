// Whom to ask: by what peers claim, how busy they are, and how well they answered.
#include "node/sync/peer_book.h"

#include <gtest/gtest.h>

#include <map>

#include "fakes.h"
#include "node/sync/invalid_roots.h"
#include "recorder.h"

namespace lockstep::sync {
namespace {

constexpr runtime::PeerId peer(std::uint64_t id) {
  return runtime::PeerId{id};
}

class PeerBookTest : public testing::Test {
 protected:
  PeerBookTest() {
    for (std::uint64_t id = 1; id <= 3; ++id) {
      book.connected(peer(id));
    }
  }
  void claims(std::uint64_t id, std::uint64_t slot) {
    book.set_status(peer(id), {.finalized = {}, .head = {.root = {}, .slot = spec::Slot(slot)}});
  }
  [[nodiscard]] std::map<std::uint64_t, int> draw(int times, const PeerBook::Wish& wish = {}) {
    std::map<std::uint64_t, int> drawn;
    for (int i = 0; i < times; ++i) {
      if (const auto chosen = book.choose(wish)) {
        ++drawn[chosen->value];
      }
    }
    return drawn;
  }
  test::SeededRandom random;
  PeerBook book{random};
};

TEST_F(PeerBookTest, a_busy_peer_is_not_asked_and_the_hint_comes_first_otherwise) {
  EXPECT_EQ(draw(20, {.hint = peer(2), .reaches = {}, .now = {}}), (std::map<std::uint64_t, int>{{2, 20}}));
  book.began(peer(2));
  book.began(peer(2));
  EXPECT_EQ(draw(50, {.hint = peer(2), .reaches = {}, .now = {}}).count(2), 0U);
  book.ended(peer(2));
  EXPECT_EQ(draw(1, {.hint = peer(2), .reaches = {}, .now = {}}).count(2), 1U);
  EXPECT_EQ(draw(50, {.hint = peer(9), .reaches = {}, .now = {}}).size(), 3U)
      << "who is gone cannot be asked";
}

TEST_F(PeerBookTest, those_who_claim_to_have_it_come_before_others) {
  claims(1, 10);
  claims(3, 20);
  EXPECT_EQ(draw(30, {.hint = {}, .reaches = spec::Slot(15), .now = {}}),
            (std::map<std::uint64_t, int>{{3, 30}}));
  EXPECT_EQ(draw(60, {.hint = {}, .reaches = spec::Slot(25), .now = {}}).size(), 3U) << "a claim may be old";
}

TEST_F(PeerBookTest, better_answering_peers_are_drawn_more_often_and_the_worst_still_sometimes) {
  for (int i = 0; i < 20; ++i) {
    book.answered_well(peer(1));
    book.answered_badly(peer(2));
  }
  EXPECT_EQ(book.find(peer(1))->score, kScoreMax);
  EXPECT_EQ(book.find(peer(2))->score, 0);
  auto drawn = draw(6000);
  EXPECT_GT(drawn[1], 1.5 * drawn[3]);
  EXPECT_GT(drawn[2], 0);
  EXPECT_LT(drawn[2], 100);
}

TEST_F(PeerBookTest, a_peer_that_serves_no_ranges_is_asked_for_other_things) {
  book.cannot_serve_ranges_before(peer(1), spec::Interval(100));
  EXPECT_EQ(draw(50, {.hint = peer(1), .reaches = {}, .is_range = true, .now = spec::Interval(99)}).count(1),
            0U);
  EXPECT_EQ(draw(1, {.hint = peer(1), .reaches = {}, .is_range = true, .now = spec::Interval(100)}).count(1),
            1U);
  EXPECT_EQ(draw(1, {.hint = peer(1), .reaches = {}, .is_range = false, .now = spec::Interval(99)}).count(1),
            1U);
}

TEST_F(PeerBookTest, liars_in_the_minority_do_not_move_the_network_s_head) {
  EXPECT_FALSE(book.network_head());
  claims(1, 10);
  claims(2, 12);
  claims(3, ~std::uint64_t{0});
  EXPECT_EQ(book.network_head(), spec::Slot(12));
  book.connected(peer(4));
  claims(4, ~std::uint64_t{0});
  EXPECT_EQ(book.network_head(), spec::Slot(12));
}

TEST(InvalidRoots, forgets_the_oldest_first) {
  test::Recorder events;
  InvalidRoots roots(events, 3);
  for (std::uint8_t i = 1; i <= 4; ++i) {
    roots.mark(base::Bytes32{{i}});
    roots.mark(base::Bytes32{{i}});
  }
  EXPECT_EQ(roots.size(), 3U);
  EXPECT_FALSE(roots.hits(base::Bytes32{{1}}, chain::InvalidHit::kSelf));
  EXPECT_TRUE(roots.hits(base::Bytes32{{2}}, chain::InvalidHit::kParent));
  EXPECT_EQ(events.invalid_hits.size(), 1U);
  EXPECT_EQ(events.levels[chain::Buffer::kInvalidRoots], 3U);
}

}  // namespace
}  // namespace lockstep::sync
