// The requests that were handed to the network and have not ended.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/sync/peer_book.h"
#include "node/sync/wire.h"

namespace lockstep::sync {

/// Requests for blocks by root that are under way at once, or have a place reserved.
inline constexpr std::size_t kBlockFetchesMax = 8;
/// Requests for a status that are under way at once.
inline constexpr std::size_t kStatusAsksMax = 32;
/// All requests: one more is for a range.
inline constexpr std::size_t kQuestionsMax = kBlockFetchesMax + kStatusAsksMax + 1;

/// One request, with all that is needed once it ends: nothing in it refers to anything that may be gone by
/// then.
struct Question {
  runtime::PeerId peer;
  chain::Request request;
  std::optional<spec::Slot> last;  ///< Of the last block that came and was handed in.
  bool is_full = false;            ///< One could not be handed in, nor what came behind it.
  bool is_detached = false;        ///< Of a range: the first block's parent is not here.
  bool is_for_votes = false;       ///< Asks for blocks that only votes speak of.
};

/// Hands requests to the network and remembers them until it says that they are over. Not thread-safe.
class Questions {
 public:
  /// Everything referred to outlives it.
  Questions(PeerBook& peers, Wire& wire, chain::Events& events)
      : peers_(peers), wire_(wire), events_(events) {}

  /// Asks; false, with nothing remembered, when the network had no room for it.
  [[nodiscard]] bool ask(runtime::PeerId peer, chain::Request request, bool is_for_votes = false);
  /// Null when there is no such request to that peer. Valid until it is taken.
  [[nodiscard]] Question* find(runtime::PeerId peer, std::uint64_t id);
  /// Takes out a request that is over.
  [[nodiscard]] std::optional<Question> take(runtime::PeerId peer, std::uint64_t id);

  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  void report_level();

  PeerBook& peers_;
  Wire& wire_;
  chain::Events& events_;
  std::map<std::uint64_t, Question> open_;
  std::uint64_t next_id_ = 1;
};

}  // namespace lockstep::sync
