//===- Header.cpp - The C header of a model -------------------------------===//
//
// Part of the dlc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Header.h"
#include "Version.h"
#include "dlc/Runtime/ABI.h"
#include "dlc/Runtime/Embedded.h"
#include "dlc/Support/HostTensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using namespace dlc;

static bool isKeyword(StringRef text) {
  static const StringSet<> keywords = {
      "alignas",  "alignof",  "and",       "asm",      "auto",      "bool",
      "break",    "case",     "catch",     "char",     "class",     "const",
      "continue", "default",  "delete",    "do",       "double",    "else",
      "enum",     "explicit", "export",    "extern",   "false",     "float",
      "for",      "friend",   "goto",      "if",       "inline",    "int",
      "long",     "mutable",  "namespace", "new",      "noexcept",  "not",
      "nullptr",  "operator", "or",        "private",  "protected", "public",
      "register", "requires", "restrict",  "return",   "short",     "signed",
      "sizeof",   "static",   "struct",    "switch",   "template",  "this",
      "throw",    "true",     "try",       "typedef",  "typename",  "union",
      "unsigned", "using",    "virtual",   "void",     "volatile",  "while",
      "xor",      "concept",  "constexpr", "decltype", "typeof",    "bitand",
      "bitor",    "compl",    "context",   "inputs",   "outputs"};
  return keywords.contains(text);
}

std::string dlc::makeIdentifier(StringRef text) {
  std::string result;
  for (char c : text)
    result += isAlnum(c) ? c : '_';
  if (result.empty() || isDigit(result.front()))
    result.insert(0, 1, '_');
  if (isKeyword(result))
    result += '_';
  return result;
}

/// Text that can't end a comment or begin a trigraph or a new line.
static std::string makeComment(StringRef text) {
  std::string result;
  for (char c : text)
    result += isPrint(c) && c != '\\' && c != '?' ? c : '_';
  for (size_t at; (at = result.find("*/")) != std::string::npos;)
    result[at] = '_';
  for (size_t at; (at = result.find("/*")) != std::string::npos;)
    result[at] = '_';
  return result;
}

/// The C type of an element.
static StringRef getCType(int32_t dtype) {
  switch (dtype) {
  case DLC_FLOAT32:
    return "float";
  case DLC_FLOAT64:
    return "double";
  case DLC_INT8:
    return "int8_t";
  case DLC_INT16:
    return "int16_t";
  case DLC_INT32:
    return "int32_t";
  case DLC_INT64:
    return "int64_t";
  case DLC_UINT16:
  case DLC_FLOAT16: // bits: C99 has no such type
  case DLC_BFLOAT16:
    return "uint16_t";
  case DLC_UINT32:
    return "uint32_t";
  case DLC_UINT64:
    return "uint64_t";
  }
  return "uint8_t";
}

/// The number of elements, at most.
static uint64_t countElements(const TensorSpec &spec) {
  if (std::optional<int64_t> count = getNumElements(spec.dims, spec.dtype))
    return *count;
  return spec.bytes * 8 / getDTypeBits(spec.dtype);
}

/// True if the model has elements of fewer than 8 bits.
static bool hasPackedTensors(const Signature &signature) {
  auto isPacked = [](const TensorSpec &spec) {
    return getDTypeBits(spec.dtype) < 8;
  };
  return any_of(signature.inputs, isPacked) ||
         any_of(signature.outputs, isPacked);
}

namespace {

/// Writes the model's own part of the header.
class HeaderWriter {
public:
  HeaderWriter(raw_ostream &os, const HeaderInfo &info,
               const Signature &signature)
      : os(os), info(info), signature(signature),
        macro(StringRef(info.prefix).upper()) {
    if (isOpen()) // what the inline function needs itself
      for (StringRef name : {"SIZES", "STATUS"})
        taken.insert(name);
    nameAll(signature.inputs, inputNames);
    nameAll(signature.outputs, outputNames);
    nameAll(signature.symbols, symbolNames);
    for (const StateSpec &state : signature.states)
      stateNames.push_back(makeName(state.input.name));
  }

  void writeComment();
  void writeMacros();
  void writeFunctions();
  void writeInline();

private:
  /// Names that C takes, each once.
  template <typename Spec>
  void nameAll(const std::vector<Spec> &specs,
               std::vector<std::string> &names) {
    for (const Spec &spec : specs)
      names.push_back(makeName(spec.name));
  }
  std::string makeName(StringRef text) {
    std::string name = makeIdentifier(text);
    while (!taken.insert(StringRef(name).upper()).second)
      name += '_';
    return name;
  }
  /// The names of the symbols that a caller chooses.
  std::vector<std::string> getChosenNames() const {
    std::vector<std::string> names;
    for (auto [symbol, name] : zip_equal(signature.symbols, symbolNames))
      if (!symbol.isKept)
        names.push_back(name);
    return names;
  }
  bool isOpen() const { return !signature.symbols.empty(); }
  void writeList(StringRef title, ArrayRef<TensorSpec> specs);
  void writeSymbols();
  void writeSymbolMacros();
  void writeOpenSizesFunctions();
  void writeStates();
  void writeStateMacros();
  void writeStateFunctions();
  void writeTensorMacros(StringRef kind, ArrayRef<TensorSpec> specs,
                         ArrayRef<std::string> names);

  raw_ostream &os;
  const HeaderInfo &info;
  const Signature &signature;
  std::string macro;
  StringSet<> taken;
  std::vector<std::string> inputNames, outputNames, symbolNames, stateNames;
};

} // namespace

void HeaderWriter::writeList(StringRef title, ArrayRef<TensorSpec> specs) {
  os << " *\n * " << title << ":\n";
  for (auto [i, spec] : enumerate(specs)) {
    os << " *   " << i << "  " << makeComment(spec.name) << ": "
       << makeComment(formatType(spec)) << ", "
       << (is_contained(spec.dims, -1) ? "at most " : "") << spec.bytes
       << " bytes";
    for (auto [d, name] : enumerate(spec.dimNames))
      if (!name.empty() && spec.dims[d] >= 0)
        os << ", dimension " << d << " is " << makeComment(name);
    os << "\n";
  }
}

void HeaderWriter::writeSymbols() {
  if (!isOpen())
    return;
  os << " *\n * Sizes that each call chooses:\n";
  for (auto [i, symbol] : enumerate(signature.symbols))
    os << " *   " << i << "  " << makeComment(formatSymbol(symbol))
       << (symbol.isKept ? "; kept by the context" : "") << "\n";
}

void HeaderWriter::writeStates() {
  if (signature.states.empty())
    return;
  os << " *\n * States, which the context keeps from call to call:\n";
  for (auto [i, state] : enumerate(signature.states))
    os << " *   " << i << "  " << makeComment(state.input.name) << ", then "
       << makeComment(state.output) << ": "
       << makeComment(formatType(state.input)) << "\n";
}

void HeaderWriter::writeComment() {
  os << "/* The model " << makeComment(info.model) << ", compiled by dlc "
     << DLC_VERSION << " for\n * " << info.triple << ", " << info.cpu << ".\n";
  writeList("Inputs", signature.inputs);
  writeList("Outputs", signature.outputs);
  writeStates();
  writeSymbols();
  os << " *\n * Elements are dense, the last dimension varies fastest "
        "(row-major, "
        "for\n * images N, C, H, W as the model has them). float16 and "
        "bfloat16 "
        "are passed\n * as their bits. Inputs and outputs must not overlap.\n"
     << (hasPackedTensors(signature)
             ? " * Elements of 4 and 2 bits are two and four to a byte, the "
               "first in the lowest\n * bits.\n"
             : "")
     << " *\n"
        " *   dlc_context *context;\n"
     << " *   if (" << info.prefix << "_create(NULL, &context) != DLC_OK) ...\n"
     << " *   " << info.prefix << "_run(context";
  for (const std::vector<std::string> &names :
       {inputNames, getChosenNames(), outputNames})
    for (const std::string &name : names)
      os << ", " << name;
  os << ");\n *   " << info.prefix << "_destroy(context);\n */\n\n";
}

void HeaderWriter::writeTensorMacros(StringRef kind, ArrayRef<TensorSpec> specs,
                                     ArrayRef<std::string> names) {
  for (auto [i, spec] : enumerate(specs)) {
    std::string stem =
        macro + "_" + kind.str() + "_" + StringRef(names[i]).upper();
    os << "#define " << stem << " " << i << " /* "
       << makeComment(formatType(spec)) << " */\n"
       << (is_contained(spec.dims, -1) ? "/* At most: */\n" : "") << "#define "
       << stem << "_ELEMENTS " << countElements(spec) << "\n"
       << "#define " << stem << "_BYTES " << spec.bytes << "\n";
  }
}

void HeaderWriter::writeSymbolMacros() {
  if (!isOpen())
    return;
  os << "\n/* The places of sizes in the arrays of " << info.prefix
     << "_set_dims and options.max_dims,\n * and their bounds. */\n"
     << "#define " << macro << "_NUM_SIZES " << signature.symbols.size()
     << "\n";
  for (auto [i, symbol] : enumerate(signature.symbols)) {
    std::string stem = macro + "_SIZE_" + StringRef(symbolNames[i]).upper();
    os << "#define " << stem << " " << i << "\n"
       << "#define " << stem << "_MIN " << symbol.min << "\n"
       << "#define " << stem << "_MAX " << symbol.max << "\n";
  }
}

void HeaderWriter::writeStateMacros() {
  if (signature.states.empty())
    return;
  os << "\n/* The numbers of the states. */\n"
     << "#define " << macro << "_NUM_STATES " << signature.states.size()
     << "\n";
  for (auto [i, name] : enumerate(stateNames))
    os << "#define " << macro << "_STATE_" << StringRef(name).upper() << " "
       << i << "\n";
}

void HeaderWriter::writeMacros() {
  os << "#define " << macro << "_NUM_INPUTS " << signature.inputs.size()
     << "\n#define " << macro << "_NUM_OUTPUTS " << signature.outputs.size()
     << "\n\n/* The places of inputs and outputs in the arrays of "
     << info.prefix << "_run_pointers,\n * and their sizes. */\n";
  writeTensorMacros("INPUT", signature.inputs, inputNames);
  writeTensorMacros("OUTPUT", signature.outputs, outputNames);
  writeSymbolMacros();
  writeStateMacros();
  os << "\n";
}

void HeaderWriter::writeStateFunctions() {
  const std::string &p = info.prefix;
  os << "/* Begins again, with empty states. */\n"
     << "dlc_status " << p << "_state_reset(dlc_context *context);\n\n"
     << "/* Makes the states of `to` those of `from`; either may go on alone. "
        "*/\n"
     << "dlc_status " << p
     << "_state_fork(const dlc_context *from, dlc_context *to);\n\n"
     << "/* The length of a state that grows, of any other -1. */\n"
     << "int64_t " << p
     << "_state_length(const dlc_context *context, size_t state);\n\n"
     << "/* Forgets the positions from `length` on. */\n"
     << "dlc_status " << p
     << "_state_rewind(dlc_context *context, int64_t length);\n\n"
     << "/* Reads a state; data may be NULL to ask for its dimensions. */\n"
     << "dlc_status " << p
     << "_state_read(dlc_context *context, size_t state, dlc_tensor "
        "*tensor);\n\n"
     << "/* Sets all states, in order. */\n"
     << "dlc_status " << p
     << "_state_write(dlc_context *context, const dlc_tensor *tensors,\n"
        "    size_t num_tensors);\n\n";
}

void HeaderWriter::writeOpenSizesFunctions() {
  const std::string &p = info.prefix;
  os << "/* Chooses the sizes for " << p << "_run_pointers. */\n"
     << "dlc_status " << p << "_set_dims(dlc_context *context, "
     << "const int64_t *dims);\n\n"
     << "/* Sets the dimensions of the outputs as " << p
     << "_run_tensors would;"
     << "\n * data may be NULL. */\n"
     << "dlc_status " << p << "_output_dims(dlc_context *context, "
     << "const dlc_tensor *inputs,\n    size_t num_inputs, dlc_tensor "
     << "*outputs, size_t num_outputs);\n\n"
     << "/* Memory of a context made with these options.max_dims, 0 if they "
        "are "
     << "none. */\n"
     << "uint64_t " << p << "_context_bytes_for(const int64_t *max_dims);\n\n";
}

void HeaderWriter::writeFunctions() {
  const std::string &p = info.prefix;
  os << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
        "/* What the model is: names, shapes, the memory it needs. */\n"
     << "const dlc_model_v1 *" << p << "_dlc_model_v1(void);\n\n"
     << "/* Makes a context. `options` may be NULL. */\n"
     << "dlc_status " << p << "_create(const dlc_options *options, "
     << "dlc_context **context);\n\n"
     << "/* Ends a context; NULL is fine. */\n"
     << "void " << p << "_destroy(dlc_context *context);\n\n"
     << "/* Runs the model on arrays of pointers to the data of all inputs and "
        "outputs.\n * Allocates nothing. */\n"
     << "dlc_status " << p << "_run_pointers(dlc_context *context,\n    "
     << "const void *const *inputs, void *const *outputs);\n\n"
     << "/* The same on tensors with their shapes, which are checked. */\n"
     << "dlc_status " << p << "_run_tensors(dlc_context *context, "
     << "const dlc_tensor *inputs,\n    size_t num_inputs, dlc_tensor "
        "*outputs, "
     << "size_t num_outputs);\n\n"
     << "/* The text of the last error on this context, \"\" if there was "
        "none. "
        "*/\n"
     << "const char *" << p << "_last_error(const dlc_context *context);\n\n";
  if (isOpen())
    writeOpenSizesFunctions();
  if (!signature.states.empty())
    writeStateFunctions();
}

void HeaderWriter::writeInline() {
  os << "/* Runs the model, with the types checked by the C compiler. */\n"
     << "static inline dlc_status " << info.prefix
     << "_run(dlc_context *context";
  auto writeParameters = [&](ArrayRef<TensorSpec> specs,
                             ArrayRef<std::string> names, StringRef qualifier) {
    for (auto [spec, name] : zip_equal(specs, names))
      os << ",\n    " << qualifier << getCType(spec.dtype) << " *" << name;
  };
  writeParameters(signature.inputs, inputNames, "const ");
  for (const std::string &name : getChosenNames())
    os << ",\n    int64_t " << name;
  writeParameters(signature.outputs, outputNames, "");
  auto writeArray = [&](StringRef type, StringRef array,
                        ArrayRef<std::string> names) {
    os << "  " << type << array << "[] = {" << join(names, ", ")
       << (names.empty() ? "0" : "") << "};\n";
  };
  os << ") {\n";
  writeArray("const void *const ", "inputs", inputNames);
  writeArray("void *const ", "outputs", outputNames);
  if (isOpen()) {
    std::vector<std::string> sizes = symbolNames;
    for (auto [symbol, size] : zip_equal(signature.symbols, sizes))
      if (symbol.isKept)
        size = "0"; // not looked at
    writeArray("const int64_t ", "sizes", sizes);
    os << "  dlc_status status = " << info.prefix
       << "_set_dims(context, sizes);\n"
       << "  if (status)\n    return status;\n";
  }
  os << "  return " << info.prefix
     << "_run_pointers(context, inputs, outputs);\n}\n\n"
     << "#ifdef __cplusplus\n}\n#endif\n\n";
}

void dlc::writeHeader(raw_ostream &os, const HeaderInfo &info,
                      const Signature &signature) {
  std::string guard = "DLC_MODEL_" + StringRef(info.prefix).upper() + "_H";
  HeaderWriter writer(os, info, signature);
  writer.writeComment();
  os << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << getABIHeader() << "\n";
  writer.writeMacros();
  writer.writeFunctions();
  writer.writeInline();
  os << "#endif /* " << guard << " */\n";
}
