// The shared list of roots behaves like a vector of its own, whatever became of its copies.
#include "node/spec/root_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/base/assert.h"
#include "tests/node/spec/arbitrary.h"

namespace lockstep::spec {
namespace {

struct Pair {
  RootList list;
  std::vector<Root> model;
};

Root root_of_model(const std::vector<Root>& model) {
  return mix_in_length(merkleize(model, 18), model.size());
}

void expect_same(const Pair& pair) {
  RC_ASSERT(pair.list.to_vector() == pair.model);
  RC_ASSERT(pair.list.root() == root_of_model(pair.model));
  RC_ASSERT(pair.list == RootList(pair.model));
}

RC_GTEST_PROP(RootList, keeps_every_copy_as_it_was, ()) {
  std::vector<Pair> versions(1);
  std::uint64_t next = 0;
  for (std::size_t steps = tests::any_size(30); steps > 0; --steps) {
    Pair version = versions[tests::any_size(versions.size() - 1)];
    if (tests::any_size(2) == 0) {
      const std::size_t zeros = tests::any_size(tests::any_size(3) == 0 ? 9000 : 40);
      version.list.append_zeros(zeros);
      version.model.resize(version.model.size() + zeros);
    } else {
      for (std::size_t count = tests::any_size(40); count > 0; --count) {
        version.list.push_back(tests::root_of(++next));
        version.model.push_back(tests::root_of(next));
      }
    }
    versions.push_back(std::move(version));
  }
  for (const Pair& version : versions) {
    expect_same(version);
  }
}

TEST(RootList, crosses_every_border_of_its_tree) {
  RootList list;
  std::vector<Root> model;
  for (std::uint64_t i = 0; i < 8192 + 256 + 9; ++i) {
    list.push_back(tests::root_of(i));
    model.push_back(tests::root_of(i));
  }
  EXPECT_EQ(list.to_vector(), model);
  EXPECT_EQ(list, RootList(model));
  EXPECT_EQ(list.root(), root_of_model(model));
}

TEST(RootList, tells_lists_of_equal_length_apart) {
  RootList a;
  RootList b;
  for (std::uint64_t i = 0; i < 100; ++i) {
    a.push_back(tests::root_of(i));
    b.push_back(tests::root_of(i == 50 ? 5000 : i));
  }
  EXPECT_FALSE(a == b);
  EXPECT_NE(a.root(), b.root());
  EXPECT_NE(a.fingerprint(), b.fingerprint());
}

TEST(RootList, may_be_full_but_not_more) {
  RootList list;
  list.push_back(tests::root_of(1));
  EXPECT_THROW(list.append_zeros(RootList::kLimit), base::AssertionFailed);
  EXPECT_EQ(list.size(), 1U);
  list.append_zeros(RootList::kLimit - 1);
  EXPECT_EQ(list.size(), RootList::kLimit);
  EXPECT_EQ(list[0], tests::root_of(1));
  EXPECT_TRUE(list[RootList::kLimit - 1].is_zero());
  const Root first = tests::root_of(1);
  EXPECT_EQ(list.root(), mix_in_length(merkleize({&first, 1}, 18), RootList::kLimit));
  EXPECT_THROW(list.push_back(Root{}), base::AssertionFailed);
  EXPECT_THROW((void)list[RootList::kLimit], base::AssertionFailed);
}

TEST(RootList, is_empty_at_first) {
  EXPECT_TRUE(RootList().empty());
  EXPECT_EQ(RootList().root(), mix_in_length(zero_hash(18), 0));
}

}  // namespace
}  // namespace lockstep::spec
