// What is known of the peers: where they say they stand, how busy they are, how well they answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/runtime/random.h"
#include "node/runtime/transport.h"
#include "node/spec/requests.h"
#include "node/spec/types.h"

namespace lockstep::sync {

/// Requests to one peer that are on their way at once (leanSpec: MAX_CONCURRENT_REQUESTS).
inline constexpr std::size_t kRequestsPerPeerMax = 2;

/// How good a peer is at answering, from 0 to 200 (leanSpec: sync/peer_manager.py).
inline constexpr int kScoreStart = 100;
inline constexpr int kScoreMax = 200;
inline constexpr int kScoreUp = 10;
inline constexpr int kScoreDown = 20;

/// A peer that says that it cannot serve a range is not asked for any for so many intervals (300 s).
inline constexpr std::uint64_t kUnavailableIntervals = 375;

/// The connected peers. Not thread-safe.
class PeerBook {
 public:
  explicit PeerBook(runtime::Random& random) : random_(random) {}

  struct Peer {
    std::optional<spec::Status> status;
    std::size_t in_flight = 0;
    int score = kScoreStart;
    spec::Interval no_range_before;
    spec::Interval no_status_before;  ///< When it may be asked for its status again.
  };

  /// Does nothing if it is there.
  void connected(runtime::PeerId id) { peers_.try_emplace(id); }
  void disconnected(runtime::PeerId id) { peers_.erase(id); }
  /// False when the peer is not there.
  bool set_status(runtime::PeerId id, const spec::Status& status);
  [[nodiscard]] const Peer* find(runtime::PeerId id) const;
  [[nodiscard]] std::size_t size() const { return peers_.size(); }
  [[nodiscard]] const std::map<runtime::PeerId, Peer>& all() const { return peers_; }

  /// A request to it is under way, or is not any more. Peers that are gone are ignored.
  void began(runtime::PeerId id);
  void ended(runtime::PeerId id);
  void answered_well(runtime::PeerId id);
  void answered_badly(runtime::PeerId id);
  void ask_no_status_before(runtime::PeerId id, spec::Interval when);
  void cannot_serve_ranges_before(runtime::PeerId id, spec::Interval when);

  /// Any peer that has room and, for a range, serves some; those that claim to have come to `reaches` first.
  /// By lot, the better answering ones more often. `hint`, if it may be asked, comes before all others.
  struct Wish {
    std::optional<runtime::PeerId> hint;
    spec::Slot reaches;
    bool is_range = false;
    spec::Interval now;
    /// Also of a peer that has all the requests that it should have.
    bool however_busy = false;
  };
  [[nodiscard]] std::optional<runtime::PeerId> choose(const Wish& wish);

  /// How far the network has come: the highest head slot that at least half of those that said something
  /// claim. Nothing when nobody did. A few liars move it nowhere.
  [[nodiscard]] std::optional<spec::Slot> network_head() const;

 private:
  [[nodiscard]] static bool may_be_asked(const Peer& peer, const Wish& wish);
  [[nodiscard]] runtime::PeerId draw(const std::vector<std::pair<runtime::PeerId, std::uint64_t>>& from);
  Peer* find_mutable(runtime::PeerId id);

  runtime::Random& random_;
  std::map<runtime::PeerId, Peer> peers_;
};

}  // namespace lockstep::sync
