// Every random choice of a run, each with a key of its own, so that none moves when another is added.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/assert.h"
#include "node/base/time.h"
#include "sim/core/mix.h"

namespace lockstep::sim {

/// What a choice is about. The numbers are part of every seed's meaning: append, never renumber.
enum class ChoiceDomain : std::uint32_t {
  kSchedule = 1,
  kWakeUp = 2,
  kNetwork = 3,
  kDisk = 4,
  kClock = 5,
  kCpu = 6,
  kNode = 7,
  kTopology = 8,
  kWorkload = 9,
  kFault = 10,
  kTest = 11,
  kTimer = 12,
};

/// Names one choice of a run. `object` is what the choice is about inside the domain (a link, a disk, an
/// instant), `purpose` which of its decisions, `counter` how many of those it has taken before.
struct ChoiceKey {
  ChoiceDomain domain = ChoiceDomain::kTest;
  std::uint64_t object = 0;
  std::uint32_t purpose = 0;
  std::uint64_t counter = 0;

  friend constexpr auto operator<=>(const ChoiceKey&, const ChoiceKey&) = default;
};

/// `domain:object:purpose:counter`, as plans write it ("network:17:2:40").
[[nodiscard]] std::string to_text(const ChoiceKey& key);
/// The inverse of to_text(); nothing when `text` is not such a key.
[[nodiscard]] std::optional<ChoiceKey> parse_choice_key(std::string_view text);

/// A stable object number for something that has a name (FNV-1a).
[[nodiscard]] constexpr std::uint64_t choice_object(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

/// One choice that was taken: `value` out of [0, bound), where bound 0 stands for all 64-bit words.
struct ChoiceRecord {
  ChoiceKey key;
  std::uint64_t bound = 0;
  std::uint64_t value = 0;

  friend constexpr bool operator==(const ChoiceRecord&, const ChoiceRecord&) = default;
};

/// The choices of one run: a keyed pseudo-random function of (seed, key), without state. Single outcomes can
/// be overridden by key, and outcomes can be recorded; replay and shrinking are overrides. Not a cipher.
/// Lives longer than every stream and engine that draws from it; belongs to one OS thread.
class Choices {
 public:
  explicit Choices(std::uint64_t seed);
  Choices(const Choices&) = delete;
  Choices& operator=(const Choices&) = delete;

  [[nodiscard]] std::uint64_t seed() const { return seed_; }

  /// 64 uniform bits.
  [[nodiscard]] std::uint64_t bits(const ChoiceKey& key) {
    const std::uint64_t drawn = draw(stream_key(key.domain, key.object, key.purpose), key.counter);
    return watched_ ? settle(key, 0, drawn) : drawn;
  }

  /// Uniform in [0, bound). Requires: bound > 0. Multiply-shift: the bias is below bound / 2^64.
  [[nodiscard]] std::uint64_t below(const ChoiceKey& key, std::uint64_t bound) {
    return below(stream_key(key.domain, key.object, key.purpose), key, bound);
  }

  /// Uniform in [low, high], both included. Requires: low <= high. As an override and in records it is the
  /// offset from `low`.
  [[nodiscard]] base::Duration between(const ChoiceKey& key, base::Duration low, base::Duration high) {
    return between(stream_key(key.domain, key.object, key.purpose), key, low, high);
  }

  /// True in `parts_per_million` of a million cases. As an override and in records it is 0 or 1.
  [[nodiscard]] bool chance(const ChoiceKey& key, std::uint32_t parts_per_million) {
    return chance(stream_key(key.domain, key.object, key.purpose), key, parts_per_million);
  }

  /// Makes the choice named by `key` come out as `value`, cut down to the largest allowed outcome.
  void set_override(const ChoiceKey& key, std::uint64_t value);
  void clear_overrides();
  /// Overrides that a draw has met so far; one that is never met belongs to another program or plan.
  [[nodiscard]] std::uint64_t overrides_met() const { return overrides_met_; }

  /// Appends every later choice to `*sink` (not owned), in the order in which they are taken; null ends it.
  void record_into(std::vector<ChoiceRecord>* sink);

 private:
  friend class ChoiceStream;

  [[nodiscard]] std::uint64_t stream_key(ChoiceDomain domain, std::uint64_t object,
                                         std::uint32_t purpose) const {
    const std::uint64_t tag = (static_cast<std::uint64_t>(domain) << 32) | purpose;
    return fold_product(object ^ seed_low_, tag ^ seed_high_) + tag;
  }
  [[nodiscard]] static std::uint64_t draw(std::uint64_t stream, std::uint64_t counter) {
    return scramble(stream + counter * kGoldenStep);
  }
  [[nodiscard]] static std::uint64_t scale(std::uint64_t drawn, std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(drawn) * bound) >> 64);
  }
  [[nodiscard]] std::uint64_t below(std::uint64_t stream, const ChoiceKey& key, std::uint64_t bound) {
    LOCKSTEP_ASSERT(bound > 0);
    const std::uint64_t drawn = scale(draw(stream, key.counter), bound);
    return watched_ ? settle(key, bound, drawn) : drawn;
  }
  [[nodiscard]] base::Duration between(std::uint64_t stream, const ChoiceKey& key, base::Duration low,
                                       base::Duration high) {
    LOCKSTEP_ASSERT(low <= high);
    const auto span = static_cast<std::uint64_t>(high.count()) - static_cast<std::uint64_t>(low.count());
    const std::uint64_t offset = below(stream, key, span + 1);
    return base::Duration(static_cast<std::int64_t>(static_cast<std::uint64_t>(low.count()) + offset));
  }
  [[nodiscard]] bool chance(std::uint64_t stream, const ChoiceKey& key, std::uint32_t parts_per_million) {
    const bool drawn = scale(draw(stream, key.counter), 1'000'000) < parts_per_million;
    return watched_ ? settle(key, 2, drawn ? 1 : 0) != 0 : drawn;
  }
  std::uint64_t settle(const ChoiceKey& key, std::uint64_t bound, std::uint64_t drawn);

  std::uint64_t seed_;
  std::uint64_t seed_low_;
  std::uint64_t seed_high_;
  bool watched_ = false;
  std::map<ChoiceKey, std::uint64_t> overrides_;
  std::uint64_t overrides_met_ = 0;
  std::vector<ChoiceRecord>* sink_ = nullptr;
};

/// The choices of one object for one purpose, in order: a key and its own counter. Streams never disturb one
/// another. Copies continue independently from the same place.
class ChoiceStream {
 public:
  ChoiceStream(Choices& choices, ChoiceDomain domain, std::uint64_t object, std::uint32_t purpose)
      : choices_(&choices),
        stream_(choices.stream_key(domain, object, purpose)),
        next_{domain, object, purpose, 0},
        ahead_(Choices::draw(stream_, 0)) {}

  [[nodiscard]] std::uint64_t bits() { return finish(0, ahead_); }
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    LOCKSTEP_ASSERT(bound > 0);
    return finish(bound, Choices::scale(ahead_, bound));
  }
  [[nodiscard]] base::Duration between(base::Duration low, base::Duration high) {
    const base::Duration value = choices_->between(stream_, next_, low, high);
    step();
    return value;
  }
  [[nodiscard]] bool chance(std::uint32_t parts_per_million) {
    return finish(2, Choices::scale(ahead_, 1'000'000) < parts_per_million ? 1 : 0) != 0;
  }

  /// What below(bound) is about to return after `later` more choices, unless an override says otherwise. For
  /// prefetching only: nothing that happens may depend on it.
  [[nodiscard]] std::uint64_t guess(std::uint64_t later, std::uint64_t bound) const {
    const std::uint64_t drawn = later == 0 ? ahead_ : Choices::draw(stream_, next_.counter + later);
    return Choices::scale(drawn, bound);
  }

  /// The key of the next choice.
  [[nodiscard]] const ChoiceKey& next_key() const { return next_; }

 private:
  void step() { ahead_ = Choices::draw(stream_, ++next_.counter); }
  std::uint64_t finish(std::uint64_t bound, std::uint64_t drawn) {
    const std::uint64_t value = choices_->watched_ ? choices_->settle(next_, bound, drawn) : drawn;
    step();
    return value;
  }

  Choices* choices_;
  std::uint64_t stream_;
  ChoiceKey next_;
  /// The next draw, made while nobody waits for it: whoever draws is often about to miss the cache.
  std::uint64_t ahead_;
};

}  // namespace lockstep::sim
