// The connected peers as all threads may see them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "node/locking/tiered_lock.h"
#include "node/runtime/atomic.h"
#include "node/runtime/transport.h"
#include "node/spec/requests.h"

namespace lockstep::networking {

/// What is known of one connected peer. Owns what it says.
struct ConnectedPeer {
  runtime::PeerId id;
  std::string address;
  /// What it said of its chain last, if anything.
  std::optional<spec::Status> status;
};

/// A map of peers behind a shared mutex, with a count that can be read without it. The count is the map's
/// size whenever nobody writes: it is set from that, never counted up and down beside it. `site` is a string
/// literal that says who asks. Thread-safe.
class ConnectedPeers {
 public:
  explicit ConnectedPeers(const locking::LockSeams& seams)
      : mutex_(seams, locking::Tier::kNetworkMaps, "connected peers"),
        count_(seams.sync, "count of connected peers", 0) {}

  /// Adds a peer or replaces what is known of it; true when it was not there.
  bool connect(const char* site, runtime::PeerId id, std::string address);
  /// False when it was not there.
  bool disconnect(const char* site, runtime::PeerId id);
  /// False when it is not there (any more).
  bool set_latest_status(const char* site, runtime::PeerId id, const spec::Status& status);

  [[nodiscard]] bool contains(const char* site, runtime::PeerId id) const;
  /// A copy of one of the peers for which `suits` holds: the one after `turn` others, counted round in
  /// ascending order of ids. Nothing when there is none.
  [[nodiscard]] std::optional<ConnectedPeer> select_peer(
      const char* site, std::uint64_t turn, const std::function<bool(const ConnectedPeer&)>& suits) const;
  /// Calls `visit` for each peer in ascending order of ids, the lock held shared.
  void iterate_locked(const char* site, const std::function<void(const ConnectedPeer&)>& visit) const;

  /// How many there are; for logs and metrics: takes no lock.
  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_acquire); }
  [[nodiscard]] const locking::LockTimes& times() const { return mutex_.times(); }

 private:
  mutable locking::TieredSharedMutex mutex_;
  std::map<runtime::PeerId, ConnectedPeer> peers_;
  runtime::Atomic<std::size_t> count_;
};

}  // namespace lockstep::networking
