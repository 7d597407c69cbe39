// The seen cache forgets by age and by number, and not before.
#include "node/networking/seen_cache.h"

#include <gtest/gtest.h>

#include "fakes.h"
#include "node/networking/keyed_hash.h"

namespace lockstep::networking {
namespace {

constexpr base::Duration kLifetime = std::chrono::seconds(24);

Fingerprint key(std::uint64_t number) {
  return {.value = number * 0x9E3779B97F4A7C15};
}

base::Instant at(int seconds) {
  return base::Instant(std::chrono::seconds(seconds));
}

TEST(SeenCache, remembers_for_at_least_its_lifetime_and_less_than_twice_as_long) {
  SeenCache<Fingerprint> cache(kLifetime, 1000);
  cache.insert(key(1), at(0));
  cache.insert(key(2), at(23));
  for (int second = 0; second <= 60; ++second) {
    cache.expire(at(second));
    if (second < 24) {
      EXPECT_TRUE(cache.contains(key(1))) << second;
    }
    if (second < 47) {
      EXPECT_TRUE(cache.contains(key(2))) << second;
    }
    if (second >= 48) {
      EXPECT_FALSE(cache.contains(key(1))) << second;
    }
  }
  EXPECT_FALSE(cache.contains(key(2)));
  EXPECT_EQ(cache.size(), 0U);
}

TEST(SeenCache, never_holds_more_than_its_bound_and_keeps_the_youngest_half) {
  constexpr std::size_t kBound = 100;
  SeenCache<Fingerprint> cache(kLifetime, kBound);
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    cache.insert(key(i), at(0));
    ASSERT_LE(cache.size(), kBound);
    for (std::uint64_t back = 0; back < kBound / 2 && back < i; ++back) {
      ASSERT_TRUE(cache.contains(key(i - back)));
    }
  }
  EXPECT_FALSE(cache.contains(key(1)));
}

TEST(KeyedHash, depends_on_secret_purpose_and_every_byte) {
  test::SeededRandom one(1);
  test::SeededRandom two(2);
  const KeyedHash first(one);
  const KeyedHash second(two);
  base::Bytes data(600, 3);
  const Fingerprint digest = first.of(data, 0);
  EXPECT_EQ(digest, first.of(data, 0));
  EXPECT_FALSE(digest == second.of(data, 0));
  EXPECT_FALSE(digest == first.of(data, 1));
  for (std::uint8_t& byte : data) {
    byte ^= 1;
    EXPECT_FALSE(digest == first.of(data, 0));
    byte ^= 1;
  }
}

}  // namespace
}  // namespace lockstep::networking
