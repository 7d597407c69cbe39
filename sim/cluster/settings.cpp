// The table of common settings, and how settings are looked up.
#include "sim/cluster/settings.h"

#include <array>
#include <charconv>

#include "node/base/assert.h"
#include "node/spec/subnet.h"

namespace lockstep::cluster {
namespace {

constexpr std::uint64_t kMinute_us = 60'000'000;
constexpr std::uint64_t kMinute_ms = 60'000;

constexpr std::array kCommonSettings = {
    SettingRule{"aggregator_thread", "whether aggregates are proven on a thread of their own", "on", 0, 0,
                "off|on"},
    SettingRule{"aggregators", "nodes that join votes into proofs; 0: up to four, spread out", "0", 0, 4096,
                ""},
    SettingRule{"aggregators_hear", "the votes of which subnets: of all, or of their own validators'", "all",
                0, 0, "all|own"},
    SettingRule{"bounded_buffers", "whether the votes and blocks that wait for a block are bounded", "on", 0,
                0, "off|on"},
    SettingRule{"bounded_drain", "whether the main thread looks at the clock after each batch", "on", 0, 0,
                "off|on"},
    SettingRule{"chain_worker", "whether the chain has a thread of its own in each node", "on", 0, 0,
                "off|on"},
    SettingRule{"clock_drift_ppm", "each node's clock runs fast or slow by up to this", "20", 0, 10'000, ""},
    SettingRule{"clock_offset_ms", "each node's clock is off by up to this, either way", "5", 0, kMinute_ms,
                ""},
    SettingRule{"cost.aggregate_us", "CPU time to prove an aggregate of votes", "300000", 0, kMinute_us, ""},
    SettingRule{"cost.block_us", "CPU time to build a block, without its proof", "3000", 0, kMinute_us, ""},
    SettingRule{"cost.decode_us", "CPU time to decode one message", "0", 0, kMinute_us, ""},
    SettingRule{"cost.fork_choice_us", "CPU time to find the head", "10", 0, kMinute_us, ""},
    SettingRule{"cost.merge_us", "CPU time to join or split proofs of different votes", "20000", 0,
                kMinute_us, ""},
    SettingRule{"cost.sign_us", "CPU time to sign one message", "1000", 0, kMinute_us, ""},
    SettingRule{"cost.state_transition_us", "CPU time of one state transition", "2000", 0, kMinute_us, ""},
    SettingRule{"cost.verify_proof_us", "CPU time to check an aggregate proof", "5000", 0, kMinute_us, ""},
    SettingRule{"cost.verify_signature_us", "CPU time to check one signature", "500", 0, kMinute_us, ""},
    SettingRule{"cpus", "CPUs of each node", "4", 1, 1024, ""},
    SettingRule{"degree", "connections each node makes at least, beyond sixteen nodes", "8", 2, 64, ""},
    SettingRule{"duplicate_percent", "frames that arrive twice", "0", 0, 100, ""},
    SettingRule{"early_timers", "whether waits with a deadline may end before their time", "off", 0, 0,
                "off|on"},
    SettingRule{"fetch_cap", "whether at most eight requests for blocks by root are under way", "on", 0, 0,
                "off|on"},
    SettingRule{"jitter_ms", "a frame takes up to this longer than latency_ms", "40", 0, kMinute_ms, ""},
    SettingRule{"latency_ms", "the least time that a frame takes", "20", 0, kMinute_ms, ""},
    SettingRule{"lose_percent", "frames that are lost", "0", 0, 100, ""},
    SettingRule{"readers", "threads of each node that read its chain as an API does", "0", 0, 16, ""},
    SettingRule{"shared_cpus", "CPUs that all nodes share; 0: each has its own", "0", 0, 1024, ""},
    SettingRule{"signatures", "cheap: a keyed hash; xmss: leanSpec's, with the test parameters", "cheap", 0,
                0, "cheap|xmss"},
    SettingRule{"subnets", "subnets that votes are spread over", "1", 1, spec::kSubnetsMax, ""},
    SettingRule{"sync_gating", "whether votes wait until it is known where the network stands", "on", 0, 0,
                "off|on"},
    SettingRule{"validators_per_node", "validators that each node signs for", "1", 1, 4096, ""},
    SettingRule{"verify_threads", "threads of each node that help with votes that are tried again", "2", 0,
                64, ""},
};

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

bool is_one_of(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t bar = words.find('|');
    if (words.substr(0, bar) == word) {
      return true;
    }
    words.remove_prefix(bar == std::string_view::npos ? words.size() : bar + 1);
  }
  return false;
}

}  // namespace

std::span<const SettingRule> common_settings() {
  return kCommonSettings;
}

std::optional<std::string> complaint_about(const SettingRule& rule, std::string_view value) {
  if (!rule.words.empty()) {
    if (is_one_of(rule.words, value)) {
      return std::nullopt;
    }
    return "must be one of " + std::string(rule.words) + ", not '" + std::string(value) + "'";
  }
  const auto number = whole_number(value);
  if (!number || *number < rule.min || *number > rule.max) {
    return "must be a whole number from " + std::to_string(rule.min) + " to " + std::to_string(rule.max) +
           ", not '" + std::string(value) + "'";
  }
  return std::nullopt;
}

Settings::Settings(const Plan& plan, std::span<const SettingRule> story) {
  for (const SettingRule& rule : kCommonSettings) {
    values_.insert_or_assign(std::string(rule.key), std::string(rule.default_value));
  }
  for (const SettingRule& rule : story) {
    values_.insert_or_assign(std::string(rule.key), std::string(rule.default_value));
  }
  for (const auto& [key, value] : plan.settings) {
    values_.insert_or_assign(key, value);
  }
}

std::uint64_t Settings::number(std::string_view key) const {
  const auto value = whole_number(word(key));
  LOCKSTEP_ASSERT_MSG(value.has_value(), "not a setting that is a number");
  return *value;
}

std::string Settings::word(std::string_view key) const {
  const auto found = values_.find(key);
  LOCKSTEP_ASSERT_MSG(found != values_.end(), "no such setting");
  return found->second;
}

}  // namespace lockstep::cluster
