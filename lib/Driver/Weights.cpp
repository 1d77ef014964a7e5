//===- Weights.cpp - The weights of a model as bytes ----------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "dlc/Support/ElementBytes.h"
#include "llvm/Object/ELFTypes.h"
#include "llvm/Support/BLAKE3.h"

#include "../Runtime/Runtime.h"

using namespace mlir;
using namespace dlc;

static constexpr uint64_t kAlignment = DLC_RT_ALIGNMENT;

llvm::Expected<Weights> Weights::create(ModuleOp module) {
  Weights weights;
  if (auto size = module->getAttrOfType<IntegerAttr>("dlc.weights_size"))
    weights.bytes = size.getInt();
  auto list = module->getAttrOfType<ArrayAttr>("dlc.weights");
  uint64_t end = 0;
  for (Attribute entry : list ? list.getValue() : ArrayRef<Attribute>()) {
    auto dictionary = dyn_cast<DictionaryAttr>(entry);
    auto offset =
        dictionary ? dictionary.getAs<IntegerAttr>("offset") : IntegerAttr();
    auto value =
        dictionary ? dictionary.getAs<ElementsAttr>("value") : ElementsAttr();
    if (!offset || !value)
      return llvm::createStringError("the attribute dlc.weights is malformed");
    std::optional<uint64_t> length = getByteSize(value);
    if (!length)
      return llvm::createStringError(
          "a weight has no bytes: it is of an "
          "unknown kind, or its resource is missing");
    uint64_t begin = offset.getInt();
    if (begin < end || begin + *length > weights.bytes)
      return llvm::createStringError("the weights overlap or leave their area");
    end = begin + *length;
    weights.pieces.push_back({begin, value});
  }
  return weights;
}

void Weights::forEachChunk(
    llvm::function_ref<void(ArrayRef<char> chunk)> callback) const {
  static const char zeros[256] = {};
  uint64_t at = 0;
  auto padTo = [&](uint64_t offset) {
    for (uint64_t step; at < offset; at += step) {
      step = std::min<uint64_t>(offset - at, sizeof zeros);
      callback(ArrayRef(zeros, step));
    }
  };
  for (const Piece &piece : pieces) {
    padTo(piece.offset);
    dlc::forEachChunk(piece.value, [&](ArrayRef<char> chunk) {
      callback(chunk);
      at += chunk.size();
    });
  }
  padTo(bytes);
}

std::array<uint8_t, 32> Weights::writeExternal(llvm::raw_fd_ostream &os) const {
  os.write_zeros(DLC_RT_WEIGHTS_OFFSET);
  llvm::BLAKE3 hash;
  forEachChunk([&](ArrayRef<char> chunk) {
    os.write(chunk.data(), chunk.size());
    hash.update(StringRef(chunk.data(), chunk.size()));
  });
  dlc_rt_weights_head head = {DLC_RT_WEIGHTS_MAGIC, bytes, {}};
  std::array<uint8_t, 32> id = hash.final<32>();
  llvm::copy(id, head.id);
  os.pwrite(reinterpret_cast<const char *>(&head), sizeof head, 0);
  return id;
}

//===----------------------------------------------------------------------===//
// An ELF object
//===----------------------------------------------------------------------===//

using ELF = llvm::object::ELF64LE;

template <typename T> static void writeStruct(llvm::raw_ostream &os, T &value) {
  os.write(reinterpret_cast<const char *>(&value), sizeof(T));
}

/// The file's header; the sections' headers are at its end, their names in the
/// last section.
static ELF::Ehdr makeHeader(bool isX86, uint64_t sectionsAt,
                            unsigned numSections) {
  namespace elf = llvm::ELF;
  ELF::Ehdr header = {};
  llvm::copy(StringRef(elf::ElfMagic, 4), header.e_ident);
  header.e_ident[elf::EI_CLASS] = elf::ELFCLASS64;
  header.e_ident[elf::EI_DATA] = elf::ELFDATA2LSB;
  header.e_ident[elf::EI_VERSION] = elf::EV_CURRENT;
  header.e_type = elf::ET_REL;
  header.e_machine = isX86 ? elf::EM_X86_64 : elf::EM_AARCH64;
  header.e_version = elf::EV_CURRENT;
  header.e_shoff = sectionsAt;
  header.e_ehsize = sizeof(ELF::Ehdr);
  header.e_shentsize = sizeof(ELF::Shdr);
  header.e_shnum = numSections;
  header.e_shstrndx = numSections - 1;
  return header;
}

/// The symbol of the weights: all of the first section, for the library alone.
static ELF::Sym makeSymbol(uint64_t bytes) {
  ELF::Sym symbol = {};
  symbol.st_name = 1;
  symbol.setBindingAndType(llvm::ELF::STB_GLOBAL, llvm::ELF::STT_OBJECT);
  symbol.st_other = llvm::ELF::STV_HIDDEN;
  symbol.st_shndx = 1;
  symbol.st_size = bytes;
  return symbol;
}

void Weights::writeObject(llvm::raw_ostream &os, StringRef symbol,
                          const llvm::Triple &triple) const {
  namespace elf = llvm::ELF;
  bool isX86 = triple.isX86();
  // Names, each at the offset that its section header says.
  std::string names("\0", 1);
  auto addName = [&](StringRef name) {
    size_t offset = names.size();
    names += name.str() + '\0';
    return offset;
  };
  std::string symbolNames = '\0' + symbol.str() + '\0';

  uint64_t at = kAlignment;
  ELF::Shdr sections[6] = {};
  auto place = [&](ELF::Shdr &section, StringRef name, uint32_t type,
                   uint64_t size, uint64_t alignment) {
    section.sh_name = addName(name);
    section.sh_type = type;
    at = llvm::alignTo(at, alignment);
    section.sh_offset = at;
    section.sh_size = size;
    section.sh_addralign = alignment;
    at += size;
  };
  // Large data has a place of its own on x86-64, so that any amount of weights
  // leaves code and small data within reach of each other.
  place(sections[1], isX86 ? ".lrodata.dlc" : ".rodata.dlc", elf::SHT_PROGBITS,
        bytes, kAlignment);
  sections[1].sh_flags =
      elf::SHF_ALLOC | (isX86 ? uint64_t(elf::SHF_X86_64_LARGE) : 0);
  ELF::Sym symbols[2] = {{}, makeSymbol(bytes)};
  place(sections[2], ".symtab", elf::SHT_SYMTAB, sizeof symbols, 8);
  sections[2].sh_link = 3;
  sections[2].sh_info = 1;
  sections[2].sh_entsize = sizeof(ELF::Sym);
  place(sections[3], ".strtab", elf::SHT_STRTAB, symbolNames.size(), 1);
  place(sections[4], ".note.GNU-stack", elf::SHT_PROGBITS, 0, 1);
  sections[5].sh_name = addName(".shstrtab");
  sections[5].sh_type = elf::SHT_STRTAB;
  sections[5].sh_offset = at;
  sections[5].sh_size = names.size();
  sections[5].sh_addralign = 1;
  at += names.size();

  ELF::Ehdr header =
      makeHeader(isX86, llvm::alignTo(at, 8), std::size(sections));
  writeStruct(os, header);
  os.write_zeros(kAlignment - sizeof header);
  forEachChunk(
      [&](ArrayRef<char> chunk) { os.write(chunk.data(), chunk.size()); });
  os.write_zeros(llvm::alignTo(kAlignment + bytes, 8) - kAlignment - bytes);
  writeStruct(os, symbols);
  os << symbolNames << names;
  os.write_zeros(header.e_shoff - at);
  writeStruct(os, sections);
}
