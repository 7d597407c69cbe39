// What a plan's settings may say about any world: which keys there are, within which bounds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/cluster/plan.h"

namespace lockstep::cluster {

/// One key that `--set key=value` may change. A value is a whole number within [min, max], or, if there are
/// any, one of `words` (separated by |).
struct SettingRule {
  std::string_view key;
  std::string_view meaning;
  std::string_view default_value;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::string_view words;
};

/// The keys that every story accepts, by name in ascending order.
std::span<const SettingRule> common_settings();

/// What is wrong with `value` by `rule`, in words that fit behind "setting <key> "; nothing if it is fine.
std::optional<std::string> complaint_about(const SettingRule& rule, std::string_view value);

/// The settings of one run: the plan's, and behind them the story's own defaults and the common ones.
class Settings {
 public:
  /// `story` and its texts outlive this. A story's rule takes the place of a common one of the same key.
  Settings(const Plan& plan, std::span<const SettingRule> story);

  /// Requires: `key` is one of the rules, of that kind, and the plan's value for it was checked.
  [[nodiscard]] std::uint64_t number(std::string_view key) const;
  [[nodiscard]] std::string word(std::string_view key) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace lockstep::cluster
