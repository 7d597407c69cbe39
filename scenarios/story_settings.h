// What stories may be asked to do otherwise, and what progress the chain owes in them.
#pragma once

#include <array>

#include "sim/cluster/invariant.h"
#include "sim/cluster/settings.h"

namespace lockstep::scenarios {

using cluster::LivenessBounds;
using cluster::SettingRule;

inline constexpr std::array kClockSettings = {
    SettingRule{"apart_ms", "how far fast and slow clocks are apart", "800", 0, 10'000, ""},
    SettingRule{"clock_offset_ms", "each node's clock is off by up to this besides", "0", 0, 60'000, ""},
};
inline constexpr std::array kReaderSettings = {
    SettingRule{"readers", "threads of each node that read its chain as an API does", "2", 0, 16, ""},
};

inline constexpr std::array kShutDownSettings = {
    SettingRule{"per_second", "votes that the flood brings to each peer", "500", 1, 100'000, ""},
    SettingRule{"stop_at_us", "when the nodes are asked to stop, after the run begins; 0: the seed says", "0",
                0, 400'000'000, ""},
};

inline constexpr std::array kUnknownSettings = {
    SettingRule{"late_ms", "no slot tick may come later than this", "50", 0, 60'000, ""},
    SettingRule{"per_second", "messages that the flood brings to each peer", "300", 1, 100'000, ""},
    SettingRule{"unknown_percent", "how many of them name blocks that nobody has", "74", 0, 100, ""},
};
inline constexpr std::array kFloodSettings = {
    SettingRule{"late_ms", "no slot tick may come later than this", "50", 0, 60'000, ""},
    SettingRule{"per_second", "messages that the flood brings to each peer", "1000", 1, 100'000, ""},
};

inline constexpr std::array kGarbageSettings = {
    SettingRule{"per_second", "bad frames that each peer is sent", "20", 1, 100'000, ""},
};

inline constexpr std::array kTogetherSettings = {
    SettingRule{"late_ms", "no slot tick may come later than this", "50", 0, 60'000, ""},
    SettingRule{"per_second", "messages that the flood brings to each peer", "100", 1, 100'000, ""},
    SettingRule{"readers", "threads of each node that read its chain as an API does", "1", 0, 16, ""},
};

inline constexpr std::array kJitterSettings = {
    SettingRule{"duplicate_percent", "frames that arrive twice", "2", 0, 100, ""},
    SettingRule{"jitter_ms", "a frame takes up to this longer than latency_ms", "600", 0, 60'000, ""},
    SettingRule{"lose_percent", "frames that are lost", "1", 0, 100, ""},
};

inline constexpr std::array kDiscussionSettings = {
    SettingRule{"aggregators", "nodes that join votes into proofs", "1", 1, 4096, ""},
    SettingRule{"cost.aggregate_us", "CPU time to prove an aggregate of votes", "18000000", 0, 120'000'000,
                ""},
    SettingRule{"cost.decode_us", "CPU time to decode one message", "20", 0, 60'000'000, ""},
    SettingRule{"messages", "votes of the flood, per interval and node", "100", 1, 10'000, ""},
    SettingRule{"shared_cpus", "CPUs that all nodes share; 0: each has its own", "8", 0, 1024, ""},
    SettingRule{"subnets", "subnets that votes are spread over", "4", 1, 64, ""},
};

inline constexpr std::array kSlowProverSettings = {
    SettingRule{"aggregators", "nodes that join votes into proofs", "1", 1, 4096, ""},
    SettingRule{"cost.aggregate_us", "CPU time to prove an aggregate of votes", "18000000", 0, 120'000'000,
                ""},
    SettingRule{"finalized", "slot that must be finalized in the end", "80", 0, 1'000'000, ""},
};
inline constexpr std::array kStarvedSettings = {
    SettingRule{"cost.decode_us", "CPU time to decode one message", "5000", 0, 60'000'000, ""},
    SettingRule{"per_second", "messages that the flood brings to each peer", "100", 1, 100'000, ""},
};

/// Blocks come late, too.
inline constexpr LivenessBounds kBehind{
    .head_lag_max = 24, .head_settles_within = 8, .finality_lag_max = 40, .finality_settles_within = 24};

/// Finality is what the story says.
inline constexpr LivenessBounds kHeadsOnly{.head_lag_max = 3,
                                           .head_settles_within = 8,
                                           .finality_lag_max = 1'000'000,
                                           .finality_settles_within = 1'000'000};

/// Proofs that take several slots keep finality that much further behind.
inline constexpr LivenessBounds kSlowProofs{
    .head_lag_max = 3, .head_settles_within = 8, .finality_lag_max = 40, .finality_settles_within = 60};

/// With clocks one interval apart the slow ones' blocks come too late for the votes of the fast ones, so that
/// votes are split in many slots.
inline constexpr LivenessBounds kSplit{
    .head_lag_max = 4, .head_settles_within = 8, .finality_lag_max = 20, .finality_settles_within = 30};

inline constexpr LivenessBounds kUsual{};

}  // namespace lockstep::scenarios
