// The radix tree behind RootList.
#include "node/spec/root_list.h"

#include <algorithm>
#include <bit>

#include "node/base/assert.h"

namespace lockstep::spec {
namespace {

template <typename Node>
std::shared_ptr<Node> copy_or_make(const std::shared_ptr<const Node>& node) {
  return node ? std::make_shared<Node>(*node) : std::make_shared<Node>();
}

}  // namespace

RootList::RootList(std::span<const Root> roots) {
  LOCKSTEP_ASSERT_MSG(roots.size() <= kLimit, "a list of roots stays within its limit");
  std::vector<LeafPointer> leaves;
  leaves.reserve(roots.size() / kLeafSize);
  for (std::size_t i = 0; i + kLeafSize <= roots.size(); i += kLeafSize) {
    auto leaf = std::make_shared<Leaf>();
    std::copy_n(roots.begin() + static_cast<std::ptrdiff_t>(i), kLeafSize, leaf->roots.begin());
    leaves.push_back(std::move(leaf));
  }
  hang(0, leaves);
  const std::span<const Root> rest = roots.subspan(leaves.size() * kLeafSize);
  std::copy(rest.begin(), rest.end(), tail_.begin());
  for (const Root& root : roots) {
    frontier_.add(root);
  }
}

const Root& RootList::operator[](std::size_t i) const {
  LOCKSTEP_ASSERT(i < size());
  const std::size_t leaf = i / kLeafSize;
  if (leaf == size() / kLeafSize) {
    return tail_[i % kLeafSize];
  }
  const Bough& bough = *trunk_->children[leaf / (kFanOut * kFanOut)];
  const Branch& branch = *bough.children[leaf / kFanOut % kFanOut];
  return branch.children[leaf % kFanOut]->roots[i % kLeafSize];
}

std::vector<Root> RootList::to_vector() const {
  std::vector<Root> out;
  out.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    out.push_back((*this)[i]);
  }
  return out;
}

void RootList::push_back(const Root& root) {
  LOCKSTEP_ASSERT_MSG(size() < kLimit, "a list of roots stays within its limit");
  tail_[size() % kLeafSize] = root;
  if (size() % kLeafSize == kLeafSize - 1) {
    const LeafPointer leaf = std::make_shared<const Leaf>(Leaf{tail_});
    hang(size() / kLeafSize, {&leaf, 1});
  }
  frontier_.add(root);
}

void RootList::append_zeros(std::size_t count) {
  LOCKSTEP_ASSERT_MSG(count <= kLimit - size(), "a list of roots stays within its limit");
  for (; count > 0 && size() % kLeafSize != 0; --count) {
    push_back(Root{});
  }
  if (count == 0) {
    return;
  }
  if (const std::size_t full = count / kLeafSize; full > 0) {
    hang(size() / kLeafSize, std::vector<LeafPointer>(full, std::make_shared<const Leaf>()));
  }
  std::fill(tail_.begin(), tail_.end(), Root{});
  while (count > 0) {
    const std::size_t aligned = size() == 0 ? kDepth : static_cast<std::size_t>(std::countr_zero(size()));
    const std::size_t level = std::min(aligned, static_cast<std::size_t>(std::bit_width(count)) - 1);
    frontier_.add_subtree(zero_hash(level), level);
    count -= std::size_t{1} << level;
  }
}

void RootList::hang(std::size_t at, std::span<const LeafPointer> leaves) {
  if (leaves.empty()) {
    return;
  }
  std::size_t done = 0;
  const auto trunk = copy_or_make(trunk_);
  while (done < leaves.size()) {
    auto& bough_slot = trunk->children[(at + done) / (kFanOut * kFanOut)];
    const auto bough = copy_or_make(bough_slot);
    do {
      auto& branch_slot = bough->children[(at + done) / kFanOut % kFanOut];
      const auto branch = copy_or_make(branch_slot);
      do {
        branch->children[(at + done) % kFanOut] = leaves[done];
        ++done;
      } while (done < leaves.size() && (at + done) % kFanOut != 0);
      branch_slot = branch;
    } while (done < leaves.size() && (at + done) % (kFanOut * kFanOut) != 0);
    bough_slot = bough;
  }
  trunk_ = trunk;
}

}  // namespace lockstep::spec
