// Peers coming, going, and being chosen.
#include "node/networking/connected_peers.h"

#include <utility>
#include <vector>

namespace lockstep::networking {

bool ConnectedPeers::connect(const char* site, runtime::PeerId id, std::string address) {
  const locking::Hold hold = mutex_.hold(site);
  const bool is_new = peers_.insert_or_assign(id, ConnectedPeer{id, std::move(address), {}}).second;
  count_.store(peers_.size(), std::memory_order_release);
  return is_new;
}

bool ConnectedPeers::disconnect(const char* site, runtime::PeerId id) {
  const locking::Hold hold = mutex_.hold(site);
  const bool was_there = peers_.erase(id) > 0;
  count_.store(peers_.size(), std::memory_order_release);
  return was_there;
}

bool ConnectedPeers::set_latest_status(const char* site, runtime::PeerId id, const spec::Status& status) {
  const locking::Hold hold = mutex_.hold(site);
  const auto found = peers_.find(id);
  if (found == peers_.end()) {
    return false;
  }
  found->second.status = status;
  return true;
}

bool ConnectedPeers::contains(const char* site, runtime::PeerId id) const {
  const locking::Hold hold = mutex_.hold_shared(site);
  return peers_.contains(id);
}

std::optional<ConnectedPeer> ConnectedPeers::select_peer(
    const char* site, std::uint64_t turn, const std::function<bool(const ConnectedPeer&)>& suits) const {
  const locking::Hold hold = mutex_.hold_shared(site);
  std::vector<const ConnectedPeer*> suitable;
  for (const auto& [id, peer] : peers_) {
    if (suits(peer)) {
      suitable.push_back(&peer);
    }
  }
  return suitable.empty() ? std::nullopt : std::optional<ConnectedPeer>(*suitable[turn % suitable.size()]);
}

void ConnectedPeers::iterate_locked(const char* site,
                                    const std::function<void(const ConnectedPeer&)>& visit) const {
  const locking::Hold hold = mutex_.hold_shared(site);
  for (const auto& [id, peer] : peers_) {
    visit(peer);
  }
}

}  // namespace lockstep::networking
