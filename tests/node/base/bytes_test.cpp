// Byte strings and assertions keep their contracts.
#include "node/base/bytes.h"

#include <gtest/gtest.h>

#include "node/base/assert.h"
#include "node/base/time.h"

namespace lockstep::base {
namespace {

TEST(Hex, reads_what_it_writes) {
  const Bytes bytes = {0x00, 0x01, 0xab, 0xff};
  EXPECT_EQ(to_hex(bytes), "0x0001abff");
  EXPECT_EQ(from_hex("0x0001abff"), bytes);
  EXPECT_EQ(from_hex("0001ABFF"), bytes);
  EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, refuses_odd_lengths_and_foreign_digits) {
  EXPECT_FALSE(from_hex("0x123").has_value());
  EXPECT_FALSE(from_hex("0x0g").has_value());
  EXPECT_FALSE(from_hex("0x 1").has_value());
}

TEST(FixedBytes, are_ordered_as_unsigned_bytes) {
  Bytes4 low;
  Bytes4 high;
  low.data = {0x7f, 0xff, 0xff, 0xff};
  high.data = {0x80, 0, 0, 0};
  EXPECT_LT(low, high);
  EXPECT_TRUE(Bytes4{}.is_zero());
  EXPECT_FALSE(high.is_zero());
}

TEST(FixedBytes, are_made_only_from_their_own_length) {
  const Bytes five(5, 1);
  EXPECT_FALSE(Bytes4::from(five).has_value());
  EXPECT_TRUE(Bytes4::from(ByteView(five).first(4)).has_value());
}

TEST(LittleEndian, round_trips) {
  std::uint8_t buffer[8] = {};
  store_le<std::uint64_t>(0x0102030405060708ULL, buffer);
  EXPECT_EQ(buffer[0], 0x08);
  EXPECT_EQ(load_le<std::uint64_t>(buffer), 0x0102030405060708ULL);
}

TEST(WallTime, rounds_milliseconds_down_before_the_epoch_too) {
  EXPECT_EQ(WallTime{1'999'999}.milliseconds(), 1);
  EXPECT_EQ(WallTime{-1}.milliseconds(), -1);
}

TEST(Assertion, names_the_place_from_the_root_of_the_source_tree) {
  try {
    LOCKSTEP_ASSERT_MSG(1 == 2, "numbers differ");
    FAIL() << "the assertion let a false condition pass";
  } catch (const AssertionFailed& failure) {
    EXPECT_TRUE(std::string(failure.what()).starts_with("tests/node/base/bytes_test.cpp:")) << failure.what();
    EXPECT_NE(std::string(failure.what()).find("numbers differ"), std::string::npos);
  }
}

}  // namespace
}  // namespace lockstep::base
