// A hearing for tests: plays histories to one invariant and writes down what it complains about.
#pragma once

#include <string>
#include <vector>

#include "sim/checkers/checkers.h"

namespace lockstep::checkers {

/// A root that is all `byte`.
inline spec::Root root(std::uint8_t byte) {
  spec::Root out;
  out.data.fill(byte);
  return out;
}

inline spec::Checkpoint checkpoint(std::uint8_t byte, std::uint64_t slot) {
  return {root(byte), spec::Slot(slot)};
}

inline chain::CheckpointChanged change(const spec::Checkpoint& from, const spec::Checkpoint& to) {
  return {from, to};
}

inline spec::Block block(std::uint64_t slot, std::uint8_t parent, std::uint64_t proposer = 0) {
  spec::Block out;
  out.slot = spec::Slot(slot);
  out.proposer_index = spec::ValidatorIndex(proposer);
  out.parent_root = root(parent);
  return out;
}

/// The book of blocks used by all tests:
///
///     slot 0      1      2      3      4
///       00 ─── 01 ─── 02 ─── 03 ─── 04
///               ╰───────────── 13 ─── 14
inline cluster::BlockBook forked_book() {
  cluster::BlockBook book;
  book.add(root(0), spec::Slot(0), root(0xee));
  book.add(root(0x01), spec::Slot(1), root(0));
  book.add(root(0x02), spec::Slot(2), root(0x01));
  book.add(root(0x03), spec::Slot(3), root(0x02));
  book.add(root(0x04), spec::Slot(4), root(0x03));
  book.add(root(0x13), spec::Slot(3), root(0x01));
  book.add(root(0x14), spec::Slot(4), root(0x13));
  return book;
}

class Court final : public cluster::Hearing {
 public:
  Court() : Hearing(book_) {
    node_name = "Ann";
    weather.calm_since = base::Duration::zero();
  }

  void complain(const cluster::Invariant& broken, std::string sentence) override {
    complaints.push_back(std::string(broken.name()) + ": " + sentence);
  }

  /// Speaks as another node from here on.
  Court& as(std::uint64_t number, std::string_view name) {
    node = number;
    node_name = name;
    return *this;
  }

  [[nodiscard]] bool is_content() const { return complaints.empty(); }

  std::vector<std::string> complaints;

 private:
  cluster::BlockBook book_ = forked_book();
};

}  // namespace lockstep::checkers
