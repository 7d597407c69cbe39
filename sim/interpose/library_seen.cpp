// What libstdc++ compiles for itself and programs race on: strings before C++20, links of lists, trees.
#include <list>
#include <map>
#include <string>

#include "sim/interpose/kernel.h"

// These take the place of the library's in every program: its accesses become those of the program.
template class std::basic_string<char>;
template class std::basic_string<wchar_t>;

namespace std {
namespace __detail {

void _List_node_base::_M_hook(_List_node_base* const position) noexcept {
  _M_next = position;
  _M_prev = position->_M_prev;
  position->_M_prev->_M_next = this;
  position->_M_prev = this;
}

void _List_node_base::_M_unhook() noexcept {
  _List_node_base* const next = _M_next;
  _List_node_base* const previous = _M_prev;
  previous->_M_next = next;
  next->_M_prev = previous;
}

}  // namespace __detail
}  // namespace std

namespace {

/// Tells of a change to a node's links, which the library's own code is about to make.
void touch(std::_Rb_tree_node_base* node) {
  if (node != nullptr) {
    auto* volatile* parent = &node->_M_parent;
    *parent = *parent;
  }
}

using Insert = void (*)(bool, std::_Rb_tree_node_base*, std::_Rb_tree_node_base*, std::_Rb_tree_node_base&);
using Erase = std::_Rb_tree_node_base* (*)(std::_Rb_tree_node_base*, std::_Rb_tree_node_base&);

}  // namespace

namespace std {

void _Rb_tree_insert_and_rebalance(bool left, _Rb_tree_node_base* node, _Rb_tree_node_base* parent,
                                   _Rb_tree_node_base& header) noexcept {
  touch(parent);
  touch(&header);
  reinterpret_cast<Insert>(lockstep::interpose::kernel->tree_insert)(left, node, parent, header);
}

_Rb_tree_node_base* _Rb_tree_rebalance_for_erase(_Rb_tree_node_base* node,
                                                 _Rb_tree_node_base& header) noexcept {
  touch(node);
  touch(node->_M_parent);
  touch(&header);
  return reinterpret_cast<Erase>(lockstep::interpose::kernel->tree_erase)(node, header);
}

}  // namespace std
