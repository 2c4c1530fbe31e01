# Tenantry beside a function of yours, with Terraform or OpenTofu.
#
#   terraform init
#   terraform apply -var artifacts_bucket=example-artifacts -var mongodb_uri_secret_arn=arn:aws:secretsmanager:...
#
# Beside this file there has to be `tenantry.yaml`, which `make package` of Tenantry wrote.

terraform {
  required_version = ">= 1.5"
  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.4"
    }
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "artifacts_bucket" {
  description = "Bucket of the region, which CloudFormation reads the template from"
  type        = string
}

variable "mongodb_uri_secret_arn" {
  description = "Secrets Manager secret whose string is the MongoDB connection string"
  type        = string
}

# --- Tenantry

resource "aws_s3_object" "tenantry" {
  bucket = var.artifacts_bucket
  # Another template has another URL, so that the stack is updated.
  key    = "tenantry/${filesha256("${path.module}/tenantry.yaml")}.yaml"
  source = "${path.module}/tenantry.yaml"
}

data "aws_s3_bucket" "artifacts" {
  bucket = var.artifacts_bucket
}

resource "aws_cloudformation_stack" "tenantry" {
  name         = "tenantry-prod"
  template_url = "https://${data.aws_s3_bucket.artifacts.bucket_regional_domain_name}/${aws_s3_object.tenantry.key}"
  # For roles, and for SAM's transform, which CloudFormation expands.
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  parameters = {
    Stage               = "prod"
    MongoDBUriSecretArn = var.mongodb_uri_secret_arn
  }
}

# --- A function that reaches documents of the caller's organization

data "archive_file" "notes" {
  type        = "zip"
  source_dir  = "${path.module}/../notes/function"
  output_path = "${path.module}/notes.zip"
}

data "aws_iam_policy_document" "lambda_assumes_role" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "notes" {
  name_prefix        = "notes-"
  assume_role_policy = data.aws_iam_policy_document.lambda_assumes_role.json
}

resource "aws_iam_role_policy_attachment" "notes_reads_secret" {
  role       = aws_iam_role.notes.name
  policy_arn = aws_cloudformation_stack.tenantry.outputs["MongoDBUriPolicyArn"]
}

resource "aws_iam_role_policy_attachment" "notes_writes_log" {
  role       = aws_iam_role.notes.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "notes" {
  function_name    = "notes"
  description      = "Lists and adds notes"
  filename         = data.archive_file.notes.output_path
  source_code_hash = data.archive_file.notes.output_base64sha256
  handler          = "app.lambda_handler"
  runtime          = "python3.13"
  role             = aws_iam_role.notes.arn
  architectures    = [aws_cloudformation_stack.tenantry.outputs["Architecture"]]
  layers           = [aws_cloudformation_stack.tenantry.outputs["CommonLayerArn"]]
  memory_size      = 512
  timeout          = 15 # above every MongoDB timeout of the layer

  environment {
    variables = {
      MONGODB_URI_SECRET_ARN       = aws_cloudformation_stack.tenantry.outputs["MongoDBUriSecretArn"]
      MASTER_DATABASE              = aws_cloudformation_stack.tenantry.outputs["MasterDatabase"]
      TENANT_DATABASE              = aws_cloudformation_stack.tenantry.outputs["TenantDatabase"]
      TOKEN_ISSUER                 = aws_cloudformation_stack.tenantry.outputs["TokenIssuer"]
      POWERTOOLS_SERVICE_NAME      = "notes"
      POWERTOOLS_METRICS_NAMESPACE = "notes"
    }
  }
}

# --- Its API

resource "aws_api_gateway_rest_api" "notes" {
  name = "notes"
}

resource "aws_api_gateway_resource" "notes" {
  rest_api_id = aws_api_gateway_rest_api.notes.id
  parent_id   = aws_api_gateway_rest_api.notes.root_resource_id
  path_part   = "notes"
}

resource "aws_api_gateway_method" "notes" {
  rest_api_id   = aws_api_gateway_rest_api.notes.id
  resource_id   = aws_api_gateway_resource.notes.id
  http_method   = "ANY"
  authorization = "NONE" # the layer checks the token
}

resource "aws_api_gateway_integration" "notes" {
  rest_api_id             = aws_api_gateway_rest_api.notes.id
  resource_id             = aws_api_gateway_resource.notes.id
  http_method             = aws_api_gateway_method.notes.http_method
  integration_http_method = "POST"
  type                    = "AWS_PROXY"
  uri                     = aws_lambda_function.notes.invoke_arn
}

resource "aws_api_gateway_deployment" "notes" {
  rest_api_id = aws_api_gateway_rest_api.notes.id
  depends_on  = [aws_api_gateway_integration.notes]
}

resource "aws_api_gateway_stage" "v1" {
  rest_api_id   = aws_api_gateway_rest_api.notes.id
  deployment_id = aws_api_gateway_deployment.notes.id
  stage_name    = "v1"
}

resource "aws_lambda_permission" "notes" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.notes.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.notes.execution_arn}/*"
}

output "tenantry_url" {
  description = "Base URL of Tenantry's API"
  value       = aws_cloudformation_stack.tenantry.outputs["ApiUrl"]
}

output "notes_url" {
  description = "Base URL of the API of the notes"
  value       = aws_api_gateway_stage.v1.invoke_url
}
