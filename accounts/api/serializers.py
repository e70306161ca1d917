"""What the API says of people and companies; the shape of each field is the model's."""

from rest_framework import serializers

from accounts.models import Company


class CompanyNameSerializer(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields = ("name", "slug", "is_proven")
        read_only_fields = fields
