module github.com/packedlstm/packedlstm/bench/peers/importcost/onnxruntime

go 1.25.0

require github.com/yalue/onnxruntime_go v1.27.0
