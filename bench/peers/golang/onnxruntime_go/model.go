package main

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/packedlstm/packedlstm/bench/peers/golang/peer"
)

// The numbers of onnx.proto's fields and enumerations that the model needs.
const (
	modelIRVersion, modelGraph, modelOpsetImport             = 1, 7, 8
	opsetVersion                                             = 2
	graphNode, graphName, graphInitializer                   = 1, 2, 5
	graphInput, graphOutput                                  = 11, 12
	nodeInput, nodeOutput, nodeOpType, nodeAttribute         = 1, 2, 4, 5
	attributeName, attributeInt, attributeString             = 1, 3, 4
	attributeInts, attributeType                             = 8, 20
	tensorDims, tensorDataType, tensorName, tensorRawData    = 1, 2, 8, 9
	valueName, valueType                                     = 1, 2
	typeTensor, tensorElemType, tensorShape                  = 1, 1, 2
	shapeDim, dimValue                                       = 1, 1
	typeFloat, typeInt32, typeInt64                          = 1, 6, 7
	attributeTypeInt, attributeTypeString, attributeTypeInts = 2, 3, 7
)

// message is a protobuf message being written.
type message []byte

func (m *message) varint(field int, v int64) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3)
	*m = binary.AppendUvarint(*m, uint64(v))
}

func (m *message) bytes(field int, v []byte) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|2)
	*m = binary.AppendUvarint(*m, uint64(len(v)))
	*m = append(*m, v...)
}

func (m *message) strings(field int, all ...string) {
	for _, s := range all {
		m.bytes(field, []byte(s))
	}
}

// model returns the ONNX model of a case: x [T, B, input] and lengths [B] to y [T, B, D·H].
func model(c *peer.Case) []byte {
	steps, batch := int64(c.MaxLength), int64(len(c.Lengths))
	var graph message
	graph.strings(graphName, "lstm")
	before := "x"
	for layer := range c.Layers {
		after := "y"
		if layer < c.Layers-1 {
			after += strconv.Itoa(layer)
		}
		addLayer(&graph, c, layer, before, after)
		before = after
	}
	graph.bytes(graphInput, value("x", typeFloat, steps, batch, int64(c.Input)))
	graph.bytes(graphInput, value("lengths", typeInt32, batch))
	graph.bytes(graphOutput, value("y", typeFloat, steps, batch, int64(c.OutputSize())))
	var opset, m message
	opset.varint(opsetVersion, 14)
	m.varint(modelIRVersion, 8)
	m.bytes(modelGraph, graph)
	m.bytes(modelOpsetImport, opset)
	return m
}

// addLayer adds an LSTM node, and what makes [T, B, D·H] of its output [T, D, B, H].
func addLayer(graph *message, c *peer.Case, layer int, before, after string) {
	var w, r, b []float32
	order := [4]int{0, 3, 1, 2} // i, o, f, g
	for _, d := range c.Weights[layer] {
		w, r = append(w, peer.Reorder(d.IH, order)...), append(r, peer.Reorder(d.HH, order)...)
		b = append(append(b, peer.Reorder(d.BIH, order)...), peer.Reorder(d.BHH, order)...)
	}
	name := func(s string) string { return s + strconv.Itoa(layer) }
	directions, hidden := int64(c.Directions()), int64(c.Hidden)
	graph.bytes(graphInitializer, floats(name("W"), w, directions, 4*hidden, int64(c.InputSize(layer))))
	graph.bytes(graphInitializer, floats(name("R"), r, directions, 4*hidden, hidden))
	graph.bytes(graphInitializer, floats(name("B"), b, directions, 8*hidden))
	shape := []int64{int64(c.MaxLength), int64(len(c.Lengths)), int64(c.OutputSize())}
	graph.bytes(graphInitializer, integers(name("S"), shape))

	direction := "forward"
	if c.Bidirectional {
		direction = "bidirectional"
	}
	lstm := node("LSTM", []string{before, name("W"), name("R"), name("B"), "lengths"}, name("Y"))
	lstm.bytes(nodeAttribute, intAttribute("hidden_size", hidden))
	lstm.bytes(nodeAttribute, stringAttribute("direction", direction))
	graph.bytes(graphNode, lstm)
	transpose := node("Transpose", []string{name("Y")}, name("T"))
	transpose.bytes(nodeAttribute, intsAttribute("perm", 0, 2, 1, 3))
	graph.bytes(graphNode, transpose)
	graph.bytes(graphNode, node("Reshape", []string{name("T"), name("S")}, after))
}

func node(op string, inputs []string, output string) (m message) {
	m.strings(nodeInput, inputs...)
	m.strings(nodeOutput, output)
	m.strings(nodeOpType, op)
	return m
}

func intAttribute(name string, v int64) (m message) {
	m.strings(attributeName, name)
	m.varint(attributeInt, v)
	m.varint(attributeType, attributeTypeInt)
	return m
}

func stringAttribute(name, v string) (m message) {
	m.strings(attributeName, name)
	m.strings(attributeString, v)
	m.varint(attributeType, attributeTypeString)
	return m
}

func intsAttribute(name string, all ...int64) (m message) {
	m.strings(attributeName, name)
	for _, v := range all {
		m.varint(attributeInts, v)
	}
	m.varint(attributeType, attributeTypeInts)
	return m
}

// tensor returns an initializer with its elements' bytes.
func tensor(name string, kind int64, data []byte, dims []int64) (m message) {
	for _, n := range dims {
		m.varint(tensorDims, n)
	}
	m.varint(tensorDataType, kind)
	m.strings(tensorName, name)
	m.bytes(tensorRawData, data)
	return m
}

func floats(name string, v []float32, dims ...int64) message {
	var data []byte
	for _, x := range v {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
	}
	return tensor(name, typeFloat, data, dims)
}

func integers(name string, v []int64) message {
	var data []byte
	for _, x := range v {
		data = binary.LittleEndian.AppendUint64(data, uint64(x))
	}
	return tensor(name, typeInt64, data, []int64{int64(len(v))})
}

// value describes an input or output of the graph.
func value(name string, kind int64, dims ...int64) (m message) {
	var shape, tensor, typ message
	for _, n := range dims {
		var dim message
		dim.varint(dimValue, n)
		shape.bytes(shapeDim, dim)
	}
	tensor.varint(tensorElemType, kind)
	tensor.bytes(tensorShape, shape)
	typ.bytes(typeTensor, tensor)
	m.strings(valueName, name)
	m.bytes(valueType, typ)
	return m
}
