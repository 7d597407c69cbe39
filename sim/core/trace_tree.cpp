// Comparing, writing and reading the hashes of a run.
#include "sim/core/trace_tree.h"

#include <array>
#include <charconv>
#include <tuple>

#include "node/base/assert.h"
#include "sim/core/mix.h"

namespace lockstep::sim {
namespace {

constexpr std::string_view kHeader = "lockstep-trace 1 epoch_ns ";

std::string to_hex(std::uint64_t word) {
  std::array<char, 16> digits{};
  for (std::size_t i = 0; i < digits.size(); ++i) {
    digits[i] = "0123456789abcdef"[(word >> (60 - 4 * i)) & 15];
  }
  return std::string(digits.data(), digits.size());
}

auto position(const TraceCell& cell) {
  return std::tuple(cell.epoch, cell.lane);
}

/// Reads one number and the single character after it, if any, off the front of `rest`.
template <typename Number>
bool read(std::string_view& rest, Number& out, int base = 10) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out, base);
  if (error != std::errc{}) {
    return false;
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.empty()) {
    if (rest.front() != ' ') {
      return false;
    }
    rest.remove_prefix(1);
  }
  return true;
}

bool read_cell(std::string_view line, TraceCell& cell) {
  std::uint32_t lane = 0;
  if (!read(line, cell.epoch) || !read(line, lane) || !read(line, cell.count) || !read(line, cell.hash, 16)) {
    return false;
  }
  cell.lane = Lane{lane};
  return line.empty();
}

std::string describe(const std::optional<TraceCell>& cell) {
  return cell ? std::to_string(cell->count) + " events, hash " + to_hex(cell->hash) : "no events";
}

}  // namespace

std::uint64_t TraceTree::total() const {
  std::uint64_t hash = 0x6c6f636b73746570ULL;
  for (const TraceCell& cell : cells) {
    const std::uint64_t where = (cell.epoch << 32) ^ static_cast<std::uint64_t>(cell.lane);
    hash = scramble(hash ^ where);
    hash = scramble(hash ^ cell.hash) + cell.count;
  }
  return hash;
}

std::string TraceTree::to_text() const {
  std::string text = std::string(kHeader) + std::to_string(epoch.count()) + "\n";
  for (const TraceCell& cell : cells) {
    text += std::to_string(cell.epoch) + " " + std::to_string(static_cast<std::uint32_t>(cell.lane)) + " " +
            std::to_string(cell.count) + " " + to_hex(cell.hash) + "\n";
  }
  return text;
}

base::Result<TraceTree, std::string> parse_trace_tree(std::string_view text) {
  TraceTree tree;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (number == 1) {
      std::int64_t epoch = 0;
      const bool known = line.starts_with(kHeader);
      line.remove_prefix(known ? kHeader.size() : 0);
      if (!known || !read(line, epoch) || !line.empty() || epoch <= 0) {
        return std::string("line 1: not the header of a trace tree");
      }
      tree.epoch = base::Duration(epoch);
      continue;
    }
    TraceCell cell;
    if (!read_cell(line, cell) || (!tree.cells.empty() && position(tree.cells.back()) >= position(cell))) {
      return "line " + std::to_string(number) + ": not a cell, or out of order";
    }
    tree.cells.push_back(cell);
  }
  if (number == 0) {
    return std::string("line 1: not the header of a trace tree");
  }
  return tree;
}

std::optional<TraceDifference> first_difference(const TraceTree& left, const TraceTree& right) {
  LOCKSTEP_ASSERT(left.epoch == right.epoch);
  std::optional<TraceDifference> found;
  auto a = left.cells.begin();
  auto b = right.cells.begin();
  while (a != left.cells.end() || b != right.cells.end()) {
    const bool take_a = a != left.cells.end() && (b == right.cells.end() || position(*a) <= position(*b));
    const bool take_b = b != right.cells.end() && (a == left.cells.end() || position(*b) <= position(*a));
    const TraceCell& here = take_a ? *a : *b;
    if (found && here.epoch != found->epoch) {
      break;
    }
    if (!(take_a && take_b && *a == *b)) {
      if (!found) {
        found = TraceDifference{here.epoch, here.lane, std::nullopt, std::nullopt, {}};
        found->left = take_a ? std::optional(*a) : std::nullopt;
        found->right = take_b ? std::optional(*b) : std::nullopt;
      }
      found->lanes.push_back(here.lane);
    }
    a += take_a ? 1 : 0;
    b += take_b ? 1 : 0;
  }
  return found;
}

std::string to_text(const TraceDifference& difference) {
  return "epoch " + std::to_string(difference.epoch) + ", lane " +
         std::to_string(static_cast<std::uint32_t>(difference.lane)) + ": " + describe(difference.left) +
         " against " + describe(difference.right);
}

}  // namespace lockstep::sim
