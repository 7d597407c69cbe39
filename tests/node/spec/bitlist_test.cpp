// Packed bits behave like a vector of booleans.
#include "node/spec/bitlist.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/node/spec/arbitrary.h"

namespace lockstep::spec {
namespace {

using Bits = Bitlist<2048>;
using Model = std::vector<bool>;

Model model_of(const Bits& bits) {
  Model out;
  for (std::size_t i = 0; i < bits.size(); ++i) out.push_back(bits.get(i));
  return out;
}

Model any_model() {
  return *rc::gen::container<Model>(tests::any_size(600), rc::gen::arbitrary<bool>());
}

RC_GTEST_PROP(Bitlist, says_what_was_put_in, ()) {
  const Model model = any_model();
  const Bits bits = Bits::of(model);
  RC_ASSERT(model_of(bits) == model);
  RC_ASSERT(bits.popcount() == static_cast<std::size_t>(std::count(model.begin(), model.end(), true)));
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < model.size(); ++i) {
    if (model[i]) indices.push_back(i);
  }
  RC_ASSERT(bits.set_indices() == indices);
  RC_ASSERT(bits.any() == !indices.empty());
  RC_ASSERT(bits.span_of_set_bits() == (indices.empty() ? 0 : indices.back() + 1));
  RC_ASSERT(model_of(Bits::of_indices(indices)) ==
            Model(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(bits.span_of_set_bits())));
}

RC_GTEST_PROP(Bitlist, drops_from_the_front, ()) {
  Model model = any_model();
  Bits bits = Bits::of(model);
  const std::size_t count = tests::any_size(700);
  bits.drop_front(count);
  model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(std::min(count, model.size())));
  RC_ASSERT(bits == Bits::of(model));
}

RC_GTEST_PROP(Bitlist, appends_at_any_offset, ()) {
  Model first = any_model();
  const Model second = any_model();
  Bits bits = Bits::of(first);
  bits.append(Bits::of(second));
  first.insert(first.end(), second.begin(), second.end());
  RC_ASSERT(bits == Bits::of(first));
}

RC_GTEST_PROP(Bitlist, takes_only_as_many_bits_of_a_word_as_asked, ()) {
  Model model = any_model();
  Bits bits = Bits::of(model);
  const std::uint64_t ones = ~std::uint64_t{0};
  const std::size_t count = tests::any_size(64);
  bits.append({&ones, 1}, count);
  model.insert(model.end(), count, true);
  RC_ASSERT(bits == Bits::of(model));
}

RC_GTEST_PROP(Bitlist, extracts_rows, ()) {
  const Model model = any_model();
  const std::size_t from = tests::any_size(model.size());
  const std::size_t count = tests::any_size(model.size() - from);
  std::vector<std::uint64_t> words((count + 63) / 64, ~std::uint64_t{0});
  Bits::of(model).extract(from, count, words);
  Bits row;
  row.append(words, count);
  const auto start = model.begin() + static_cast<std::ptrdiff_t>(from);
  RC_ASSERT(row == Bits::of(Model(start, start + static_cast<std::ptrdiff_t>(count))));
  RC_ASSERT((count % 64 == 0 || words.back() >> (count % 64) == 0));
}

RC_GTEST_PROP(Bitlist, unites_and_covers, ()) {
  Model a = any_model();
  Model b = any_model();
  Bits both = Bits::of(a);
  both |= Bits::of(b);
  RC_ASSERT((both.covers(Bits::of(a)) && both.covers(Bits::of(b))));
  const std::size_t size = std::max(a.size(), b.size());
  a.resize(size);
  b.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    RC_ASSERT((both.get(i) == (a[i] || b[i])));
  }
  const bool has_more = [&] {
    for (std::size_t i = 0; i < size; ++i) {
      if (b[i] && !a[i]) return true;
    }
    return false;
  }();
  RC_ASSERT(Bits::of(a).covers(Bits::of(b)) == !has_more);
}

TEST(Bitlist, forgets_what_was_cut_off) {
  Bits bits(70);
  bits.set(65);
  bits.resize(64);
  bits.resize(70);
  EXPECT_FALSE(bits.any());
}

TEST(Bitlist, is_equal_only_at_equal_length) {
  EXPECT_NE(Bits(3), Bits(4));
  EXPECT_LT(Bits(3), Bits(4));
  Bits set(3);
  set.set(0);
  EXPECT_NE(set, Bits(3));
  EXPECT_GT(set, Bits(3));
}

TEST(Bitlist, refuses_to_leave_its_bounds) {
  Bitlist<8> bits(8);
  EXPECT_THROW(bits.push_back(true), base::AssertionFailed);
  EXPECT_THROW((void)bits.get(8), base::AssertionFailed);
  EXPECT_THROW(bits.set(8), base::AssertionFailed);
  EXPECT_EQ(bits.size(), 8U);
}

TEST(Bitvector, holds_each_bit_by_itself) {
  Bitvector<257> bits;
  bits.set(256);
  bits.set(63);
  EXPECT_TRUE(bits.get(256));
  EXPECT_FALSE(bits.get(255));
  bits.set(63, false);
  EXPECT_FALSE(bits.get(63));
  EXPECT_THROW(bits.set(257), base::AssertionFailed);
}

}  // namespace
}  // namespace lockstep::spec
