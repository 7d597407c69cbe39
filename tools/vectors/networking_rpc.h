// Gossipsub RPCs in the JSON form of leanSpec's vectors.
#pragma once

#include <deque>
#include <string>

#include "node/networking/rpc.h"
#include "tools/vectors/json_read.h"

namespace lockstep::vectors {

/// An RPC that owns what its view looks at. Not movable: the view points into it.
struct OwnedRpc {
  OwnedRpc() = default;
  OwnedRpc(const OwnedRpc&) = delete;
  OwnedRpc& operator=(const OwnedRpc&) = delete;

  networking::RpcView view;
  std::deque<std::string> texts;
  std::deque<base::Bytes> bytes;
};

/// Reads subscriptions, publish and the five control lists where they are present; `control` is the object
/// that holds the lists.
void read_rpc(const Json& rpc, const Json& control, OwnedRpc& out);

/// An optional member; null where it is absent or null.
const Json* find_member(const Json& object, std::string_view key);

}  // namespace lockstep::vectors
