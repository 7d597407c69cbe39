// Races that consensus clients really had, each as it was and as the node's own part has it.
#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/races/history/world.h"
#include "sim/race/explorer.h"

namespace lockstep::scenarios::races {

/// Tells one story in a world, under one schedule.
using Telling = void (*)(World&);

/// One bug and its cure, told by the same story: the buggy variant of a part lives beside the story, the good
/// one is the node's.
struct Pair {
  /// The bug's number in the catalogue of bugs; L-n for one that is not in it.
  const char* id;
  /// What must hold, in one sentence.
  const char* moral;
  /// The buggy variant is caught within so many schedules of the portfolio.
  std::uint32_t within;
  Telling buggy;
  Telling good;
  /// For how many schedules the good side is told in every change: fewer where one of them takes long.
  std::uint32_t silent = 10'000;
};

/// All pairs, by group.
[[nodiscard]] std::vector<Pair> all_pairs();

/// Bugs that the node still has, because leanSpec has them: here the buggy side is the node's part, and the
/// good one, beside the story, shows what would cure it.
[[nodiscard]] std::vector<Pair> open_pairs();

/// The groups.
[[nodiscard]] std::vector<Pair> state_pairs();
[[nodiscard]] std::vector<Pair> block_cache_pairs();
[[nodiscard]] std::vector<Pair> request_pairs();
[[nodiscard]] std::vector<Pair> head_pairs();
[[nodiscard]] std::vector<Pair> lock_order_pairs();
[[nodiscard]] std::vector<Pair> wake_up_pairs();
[[nodiscard]] std::vector<Pair> life_pairs();
[[nodiscard]] std::vector<Pair> peer_pairs();
[[nodiscard]] std::vector<Pair> timer_pairs();
[[nodiscard]] std::vector<Pair> queue_pairs();
[[nodiscard]] std::vector<Pair> exchange_pairs();
[[nodiscard]] std::vector<Pair> fetch_pairs();
[[nodiscard]] std::vector<Pair> actor_pairs();
[[nodiscard]] std::vector<Pair> worker_pairs();
[[nodiscard]] std::vector<Pair> flood_pairs();

/// Tells the story under up to `schedules` schedules of the portfolio, until one goes wrong.
[[nodiscard]] race::Report explore(Telling telling, std::uint64_t seed, std::uint64_t schedules);

}  // namespace lockstep::scenarios::races
